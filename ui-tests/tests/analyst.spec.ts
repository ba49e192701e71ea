/** From a run to a verified finding and a report: what a run fails at, found, looked at, passed on. */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import * as fs from 'fs';
import * as path from 'path';
import { json } from './api';
import { violations } from './axe';
import { Notebook } from './notebook';
import { haveDataset } from './panels';
import { picture } from './pictures';
import { finished } from './runs';
import { serverRoot } from './server';

// Galata's stand-in for the kernel routes answers a restart with 201, which Lab refuses.
test.use({ autoGoto: false, kernels: null, sessions: null });

const RUN = 'blind';
const SETUP = 'import visionlens_jlab as vl\nds = vl.open("street")';

/** Predictions that miss two of three pedestrians and few others. */
async function plant(page: IJupyterLabPageFixture): Promise<string> {
  const root = await serverRoot(page);
  const labels = JSON.parse(
    fs.readFileSync(
      path.join(root, 'street/annotations/instances.json'),
      'utf8'
    )
  );
  const blind = labels.categories.find(
    ({ name }: { name: string }) => name === 'pedestrian'
  ).id;
  const found = labels.annotations
    .map((label: any, i: number) => ({ label, share: (i * 0.618034) % 1 }))
    .filter(
      ({ label, share }: any) =>
        share > (label.category_id === blind ? 0.66 : 0.06)
    )
    .map(({ label, share }: any) => ({
      image_id: label.image_id,
      category_id: label.category_id,
      bbox: label.bbox,
      score: Number((0.5 + share / 2.1).toFixed(3))
    }));
  const file = path.join(root, 'blind.json');
  fs.writeFileSync(file, JSON.stringify(found));
  return file;
}

async function haveRun(page: IJupyterLabPageFixture): Promise<void> {
  const dataset = 'street';
  const { evaluations } = await json(page, `datasets/${dataset}/evaluations`);
  if (!evaluations.some((each: any) => each.evaluation === RUN)) {
    const source = await plant(page);
    await finished(page, 'predictions', { dataset, run: RUN, source });
    const name = RUN;
    await finished(page, 'evaluate', {
      dataset,
      run: RUN,
      name,
      replicates: 0
    });
  }
}

test('a pattern is found, shown, verified and reported', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(240_000);
  await page.goto();
  await haveDataset(page, 'street', 'street');
  await haveRun(page);
  const notebook = new Notebook(page, `${tmpPath}/analyst.ipynb`);
  await notebook.create(SETUP);
  await notebook.open();
  await page.evaluate(async evaluation => {
    const { commands } = window.jupyterapp;
    await commands.execute('visionlens:open', { dataset: 'street' });
    await commands.execute('visionlens:show-analyst', { evaluation });
  }, RUN);
  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  const panel = page.locator('.vl-analyst');
  await expect(panel).toContainText('Nobody has looked for patterns');

  // Run: a question with its target.
  await panel.getByRole('button', { name: 'Misses' }).click();
  await expect(
    panel.getByRole('textbox', { name: 'Question or goal' })
  ).toHaveValue(`Where does ${RUN} miss objects?`);
  await panel.getByRole('button', { name: 'Run' }).click();
  const card = panel.locator('.vl-finding').first();
  await expect(card).toBeVisible({ timeout: 90_000 });
  const { findings } = await json(
    page,
    `datasets/street/findings?evaluation=${RUN}`
  );
  const [finding] = findings;
  expect(finding.predicate).toContain("class = 'pedestrian'");
  await expect(card.locator('code').first()).toHaveText(finding.predicate);
  await expect(card.locator('.vl-pill')).toHaveText(['hypothesis']);

  // Show me: grid and counts follow, failures are a second view, and back.
  const header = grid.locator('.vl-header-line');
  await card.getByRole('button', { name: 'Show me' }).click();
  await expect(header).toContainText(`${finding.units} of`);
  await picture(page, 'analyst');
  expect(await violations(page, '.vl-analyst')).toEqual([]);
  await card.getByRole('button', { name: 'Failures' }).click();
  await expect(header).not.toContainText(`${finding.units} of`);
  const failing = Number(
    /^([\d,]+) of/.exec(await header.innerText())![1].replace(',', '')
  );
  const { discovery, confirmation } = finding;
  expect(failing).toBe(discovery.events + confirmation.events);
  await card.getByRole('button', { name: 'Failures' }).click();
  await expect(header).toContainText(`${finding.units} of`);

  // To notebook: the line that gives it, and it gives as many.
  await card.getByRole('button', { name: 'To notebook' }).click();
  await expect.poll(() => notebook.count()).toBe(2);
  await notebook.run(0);
  await notebook.run(1);
  expect(await notebook.runCode('print(len(view))')).toBe(`${finding.units}`);

  // Verify: twenty examples by keyboard; one is taken back.
  await card.getByRole('button', { name: /^Verify \d+/ }).click();
  const judge = panel.locator('.vl-judge');
  await expect(judge.locator('figcaption')).toContainText('pedestrian');
  await picture(page, 'verify-finding', () => judge.focus());
  expect(await violations(page, '.vl-judge')).toEqual([]);
  const total: number = finding.examples.length;
  await judge.focus();
  await page.keyboard.press('n');
  await expect(judge).toContainText(`1 of ${total}: 0 yes, 1 no`);
  await page.keyboard.press('z');
  await expect(judge).toContainText(`0 of ${total}`);
  for (let i = 1; i <= total; i++) {
    await page.keyboard.press('y');
    await expect(judge).toContainText(`${i} of ${total}: ${i} yes`);
  }
  await expect(judge).toContainText('That speaks for it.');
  await judge.getByRole('button', { name: 'Verified' }).click();
  await expect(card.locator('.vl-pill')).toHaveText(['verified']);
  const stored = await json(
    page,
    `datasets/street/findings/${finding.finding}`
  );
  expect(stored.status).toBe('verified');
  expect(Object.keys(stored.verdicts)).toHaveLength(total);
  // Keys that judged did nothing else.
  await expect(header).toContainText(`${finding.units} of`);

  // What did not hold is told, too.
  await panel.locator('.vl-tested').scrollIntoViewIfNeeded();
  await expect(panel.locator('.vl-tested')).toContainText('patterns tested');

  // The report: one file with the finding and its pictures.
  await panel.getByRole('button', { name: 'Report…' }).click();
  const downloading = page.waitForEvent('download');
  await panel.getByRole('menuitem', { name: 'HTML, one file' }).click();
  const html = fs.readFileSync(await (await downloading).path(), 'utf8');
  expect(html).toContain(finding.title);
  expect(html).toContain('data:image');
  expect(html).toContain('verified');

  // The other tabs stand in both themes, without a model, too.
  for (const name of ['Chat', 'Attributes']) {
    await panel.getByRole('tab', { name }).click();
    await expect(panel.getByRole('tabpanel', { name })).toBeVisible();
    expect(await violations(page, '.vl-analyst')).toEqual([]);
  }
});
