/** From a run to what it gets wrong: one cell of the confusion matrix in every panel and in the notebook. */
import { expect, test } from '@jupyterlab/galata';
import { violations } from './axe';
import { drawnMap, haveProjections } from './maps';
import { Notebook } from './notebook';
import { json } from './api';
import { haveDataset } from './panels';
import { picture } from './pictures';
import { haveEvaluation } from './runs';

// Galata's stand-in for the kernel routes answers a restart with 201, which Lab refuses.
test.use({ autoGoto: false, kernels: null, sessions: null });

const SETUP =
  'import visionlens_jlab as vl\nds = vl.open("street")\nlens = ds.show()';
const READ = [
  'df = lens.view.to_pandas(level="annotations")',
  'truth = df[df["source"] == "ground_truth"]',
  'found = df[df["source"] == "run_a"]',
  'print(len(df), len(truth), len(found), df["sample_id"].nunique(),',
  '      set(truth["class"]), set(found["class"]), set(df["outcome"].dropna()))'
].join('\n');

test('a cell of the matrix is the same in grid, map and notebook; the slider counts again', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(170_000);
  await page.goto();
  await haveDataset(page, 'street', 'street');
  await haveEvaluation(page, 'run_a');
  await haveProjections(page, 'street');
  const notebook = new Notebook(page, `${tmpPath}/evaluation.ipynb`);
  await notebook.create(SETUP);
  await notebook.open();
  await notebook.run(0);

  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  await grid.getByRole('button', { name: 'Map', exact: true }).click();
  const host = await drawnMap(page);
  await grid.getByRole('button', { name: 'Evaluation', exact: true }).click();
  const panel = page.locator('.vl-evaluation');
  const cell = panel.locator(
    '.vl-confusion-cell[data-true="cone"][data-predicted="traffic light"]'
  );
  await expect(cell).toBeVisible();
  const pairs = Number(await cell.getAttribute('data-count'));
  expect(pairs).toBeGreaterThan(0);
  await cell.click();

  const chips = page
    .locator('#visionlens-filters-sidebar')
    .getByRole('list', { name: 'Active conditions' })
    .locator('.vl-chip-text');
  await expect(chips).toHaveText([/cone taken for traffic light \(run_a/]);
  await picture(page, 'evaluation');

  const [annotations, truth, found, images, ...rest] = (
    await notebook.runCode(READ)
  ).split(/\s+/);
  expect([annotations, truth, found].map(Number)).toEqual([
    2 * pairs,
    pairs,
    pairs
  ]);
  expect(rest.join(' ')).toContain("{'cone'} {'traffic light'}");
  const header = (scope: typeof grid) => scope.locator('.vl-header-line');
  await expect(header(grid)).toContainText(`${images} of 240 samples`);
  await expect(header(panel)).toContainText(`${images} of 240 samples`);
  // Enter on the map selects what it shows: the images of the cell and no others.
  await page.getByRole('tab', { name: /^Map/ }).click();
  await host.focus();
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`${images} selected`);
  await page.keyboard.press('Escape');
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:level-annotations')
  );
  await expect(header(grid)).toContainText(`${annotations} of`);
  expect(await notebook.runCode('print(len(lens.view.ids))')).toBe(annotations);

  // A higher threshold leaves fewer predictions; the view follows, and undo takes it back.
  await page.getByRole('tab', { name: /^Evaluation/ }).click();
  const count = panel.locator('[data-outcome="true_positive"] button');
  const before = await count.textContent();
  const recounted = page.waitForResponse(/evaluations\/run_a\/counts/);
  await panel.getByLabel(/Confidence from which/).fill('0.9');
  const answer = await (await recounted).json();
  await expect(count).toHaveText(answer.true_positives.toLocaleString('en-US'));
  expect(answer.true_positives).toBeLessThan(Number(before!.replace(',', '')));
  await expect(chips).toHaveText([/confidence ≥ \.90/]);
  expect(await violations(page, '.vl-evaluation')).toEqual([]);
  await page.evaluate(async () => {
    const { commands } = window.jupyterapp;
    await commands.execute('visionlens:undo-view');
  });
  await expect(header(grid)).toContainText(`${annotations} of`);
  await expect(count).toHaveText(before!);
});

test('what the import of a run found is beside it, in a narrow panel too', async ({
  page
}) => {
  await page.goto();
  await haveDataset(page, 'street', 'street');
  await haveEvaluation(page, 'run_a');
  await page.setViewportSize({ width: 800, height: 720 });
  await page.evaluate(async () => {
    const { commands } = window.jupyterapp;
    await commands.execute('visionlens:open', { dataset: 'street' });
    await commands.execute('visionlens:open-evaluation');
  });
  const panel = page.locator('.vl-evaluation');
  await panel.getByRole('button', { name: 'Runs…' }).click();
  const runs = panel.getByRole('dialog');
  const row = runs.locator('[data-run="run_a"]');
  await row.getByText('Report', { exact: true }).click();
  const known = await json(page, 'datasets/street/runs');
  const run = known.runs.find((each: any) => each.run === 'run_a');
  await expect(
    row
      .getByRole('row', { name: /^Predictions/ })
      .getByRole('cell')
      .nth(1)
  ).toHaveText(run.annotations.toLocaleString('en-US'));
  const [inside, around] = [
    (await runs.boundingBox())!,
    (await panel.boundingBox())!
  ];
  expect(inside.x).toBeGreaterThanOrEqual(around.x);
  expect(inside.x + inside.width).toBeLessThanOrEqual(around.x + around.width);
  expect(await violations(page, '.vl-evaluation')).toEqual([]);
});
