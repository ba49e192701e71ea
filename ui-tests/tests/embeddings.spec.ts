/**
 * The path through embeddings, with nothing stubbed: computed from the form, on the map, lassoed, filtered, searched,
 * read in a notebook, and its near-duplicates looked through.
 */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { readFileSync } from 'fs';
import { json, ServedWorkspace, view } from './api';
import { drawLasso, expectedIn, watchText } from './lasso';
import { coordinates, drawnMap } from './maps';
import { Notebook } from './notebook';
import { COUNT, haveDataset } from './panels';
import { picture } from './pictures';
import { deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false, kernels: null, sessions: null });

const DATASET = 'embedded';
/** UMAP compiles for half a minute: for the pictures only. */
const METHOD = process.env.UPDATE_IMAGES ? 'umap' : 'pca';
const SETUP = `import visionlens_jlab as vl\nds = vl.open("${DATASET}")\nlens = ds.show()`;
const ALL = `${COUNT} of ${COUNT} samples, 0 selected`;

function header(scope: Locator): Locator {
  return scope.locator('.vl-header-line');
}

/** Say where the path is, for whoever reads the log. */
function step(name: string): void {
  console.log(`${new Date().toISOString().slice(14, 19)} ${name}`);
}

/** Select what the map lets be selected when all of it is in sight; the ids, from the server. */
async function selectShown(
  page: IJupyterLabPageFixture,
  host: Locator,
  workspace: ServedWorkspace,
  count: number
): Promise<number[]> {
  await host.focus();
  await page.keyboard.press('Enter');
  await expect(header(page.locator('.vl-grid'))).toContainText(
    `, ${count} selected`
  );
  await expect
    .poll(async () => (await workspace.selection()).length)
    .toBe(count);
  const ids = await workspace.selection();
  await page.keyboard.press('Escape');
  await expect(header(page.locator('.vl-grid'))).toContainText('0 selected');
  return ids;
}

/** How often the map has drawn itself. */
async function frames(host: Locator): Promise<number> {
  return Number(await host.getAttribute('data-frames'));
}

/** What the map looks like when it has drawn nothing for a while, however busy the machine is. */
async function restingPicture(
  page: IJupyterLabPageFixture,
  host: Locator
): Promise<Buffer> {
  const look = async () => ({
    drawn: await frames(host),
    picture: await host.screenshot()
  });
  let last = await look();
  await expect
    .poll(async () => {
      await page.waitForTimeout(1500);
      const now = await look();
      const same = now.drawn === last.drawn && now.picture.equals(last.picture);
      last = now;
      return same;
    })
    .toBe(true);
  return last.picture;
}

/** Take the graphics context away and wait until the map has drawn again. */
async function loseContext(host: Locator): Promise<void> {
  const before = await frames(host);
  await host.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const context = canvas.getContext('webgl2')!;
    context.getExtension('WEBGL_lose_context')!.loseContext();
  });
  await expect.poll(() => frames(host)).toBeGreaterThan(before);
  await expect(host.locator('.vl-map-note')).toHaveCount(0);
  const canvas = host.locator('canvas');
  await expect(canvas).toHaveCount(1);
  expect(
    await canvas.evaluate((node: HTMLCanvasElement) =>
      node.getContext('webgl2')!.isContextLost()
    )
  ).toBe(false);
}

/** Pairs of sample ids that the demonstration dataset planted: exact, or changed. */
async function planted(
  page: IJupyterLabPageFixture
): Promise<{ kind: string; pairs: [number, number][] }[]> {
  const root = await serverRoot(page);
  const manifest = JSON.parse(
    readFileSync(`${root}/street.manifest.json`, 'utf8')
  );
  return manifest.entries
    .filter(({ id }: { id: string }) => id.startsWith('copies_'))
    .map(({ id, pairs }: { id: string; pairs: [number, number][] }) => ({
      kind: id.slice('copies_'.length),
      pairs
    }));
}

test('embedded, on the map, searched, without duplicates', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(360_000);
  await page.goto();
  const { datasets } = await json(page, 'datasets');
  if (datasets.some(({ dataset }: any) => dataset === DATASET)) {
    await deleteDataset(page, DATASET);
  }
  await haveDataset(page, 'street', DATASET);

  step('a notebook opens the grid, the map offers to compute');
  const notebook = new Notebook(page, `${tmpPath}/embedded.ipynb`);
  await notebook.create(SETUP);
  await notebook.open();
  await notebook.run(0);
  const grid = page.locator('.vl-grid');
  await expect(header(grid)).toHaveText(ALL);
  const panel = await page.evaluate(() =>
    [...window.jupyterapp.shell.widgets('main')]
      .map(({ id }) => id)
      .find(id => id.startsWith('visionlens-grid-'))!
  );
  const workspace = new ServedWorkspace(
    page,
    DATASET,
    panel.replace('visionlens-grid-', '')
  );
  await grid.getByRole('button', { name: 'Map', exact: true }).click();
  const map = page.locator('.vl-map');
  const form = map.locator('.vl-map-form');
  await form.getByLabel('Model').selectOption('classical');
  await form.getByLabel('Projection').selectOption(METHOD);
  await form.getByRole('button', { name: 'Compute embeddings' }).click();
  await expect(map.getByText('On its way')).toBeVisible();

  step('the map opens by itself when there is a projection');
  const host = await drawnMap(page);
  await expect(map.locator('.vl-map-entry').first()).toBeVisible();
  step(`what was asked for takes the place of its preview: ${METHOD}`);
  let projection = '';
  await expect
    .poll(
      async () => {
        const found = await json(page, `datasets/${DATASET}/projections`);
        const real = found.projections.find((each: any) => !each.preview);
        projection = real?.projection;
        return real;
      },
      { timeout: 90_000 }
    )
    .toMatchObject({ method: METHOD, level: 'samples', rows: COUNT });
  await expect(host).toHaveAttribute('data-projection', projection);
  const points = await coordinates(page, DATASET, projection);
  await map.getByLabel('Colour by').selectOption('time_of_day');
  await expect(
    map.locator('.vl-map-entry', { hasText: 'night' })
  ).toBeVisible();

  step('a lasso: the same count in the grid before any request leaves');
  await map.getByRole('button', { name: 'Lasso' }).click();
  const { sure, possible } = expectedIn(points, (await host.boundingBox())!);
  const times = await watchText(header(grid));
  await drawLasso(page, host);
  await expect(header(grid)).not.toContainText(', 0 selected');
  await expect
    .poll(async () => (await workspace.selection()).length)
    .not.toBe(0);
  const chosen = await workspace.selection();
  const { up, changed, asked } = await times();
  console.log(
    `pointer up to the grid's header: ${changed - up} ms; ${chosen.length} selected`
  );
  expect(changed).toBeGreaterThan(0);
  expect(asked.filter(at => at > up && at <= changed)).toEqual([]);
  expect(asked.filter(at => at > changed).length).toBeGreaterThan(0);
  expect(chosen.length).toBeGreaterThan(10);
  expect(chosen.length).toBeLessThan(COUNT);
  expect(chosen).toEqual(expect.arrayContaining(sure));
  expect(possible).toEqual(expect.arrayContaining(chosen));
  for (const scope of [grid, map]) {
    await expect(header(scope)).toHaveText(
      `${COUNT} of ${COUNT} samples, ${chosen.length} selected`
    );
  }
  await picture(page, 'map-lasso');

  step('the graphics context is lost: view and selection stay');
  const still = await frames(host);
  await map.getByRole('button', { name: 'To selection' }).click();
  await expect.poll(() => frames(host)).toBeGreaterThan(still);
  const before = await restingPicture(page, host);
  await loseContext(host);
  await loseContext(host);
  await expect
    .poll(async () => (await host.screenshot()).equals(before))
    .toBe(true);
  await expect(header(map)).toContainText(`, ${chosen.length} selected`);
  expect(await workspace.selection()).toEqual(chosen);
  await map.getByRole('button', { name: 'All', exact: true }).click();
  await host.focus();
  await page.keyboard.press('Escape');

  step('a filter of the sidebar masks the same ids');
  const filters = page.locator('#visionlens-filters-sidebar');
  for (const [field, value] of [
    ['split', 'val'],
    ['class', 'bus']
  ]) {
    const entry = filters.locator(
      `.vl-facet[data-field="${field}"] .vl-facet-value[data-value="${value}"]`
    );
    await entry.click();
    await expect(header(grid)).not.toContainText(`${COUNT} of ${COUNT}`);
    await expect(header(grid)).toHaveAttribute('aria-busy', 'false');
    await expect
      .poll(async () => (await workspace.ids()).length)
      .toBeLessThan(COUNT);
    const ids = await workspace.ids();
    await expect(header(map)).toHaveText(
      `${ids.length} of ${COUNT} samples, 0 selected`
    );
    expect(await selectShown(page, host, workspace, ids.length)).toEqual(
      [...ids].sort((a, b) => a - b)
    );
    await entry.click();
    await expect(header(grid)).toHaveText(ALL);
  }

  step('find similar: grid, map and notebook agree');
  const tiles = grid.locator('.vl-tile');
  const like = Number(await tiles.nth(2).getAttribute('data-id'));
  await tiles.nth(2).click({ button: 'right' });
  await page.locator('.lm-Menu-item', { hasText: 'Find Similar' }).click();
  await expect(header(grid)).toHaveText(`100 of ${COUNT} samples, 0 selected`);
  await expect(header(map)).toHaveText(`100 of ${COUNT} samples, 0 selected`);
  await expect(tiles.first()).toHaveAttribute('data-id', `${like}`);
  const found = await view(page, DATASET, await workspace.view());
  expect(found.ids).toHaveLength(100);
  expect(found.scores[0]).toBeCloseTo(1, 4);
  expect(found.scores).toEqual([...found.scores].sort((a, b) => b - a));
  expect(
    new Set(found.scores.map(score => score.toFixed(3))).size
  ).toBeGreaterThan(20);
  const drawn = await tiles.evaluateAll(nodes =>
    nodes.map(node => Number((node as HTMLElement).dataset.id))
  );
  expect(drawn.length).toBeGreaterThan(3);
  expect(drawn).toEqual(found.ids.slice(0, drawn.length));
  expect(await selectShown(page, host, workspace, 100)).toEqual(
    [...found.ids].sort((a, b) => a - b)
  );
  const read = JSON.parse(
    await notebook.runCode(
      'import json\nprint(json.dumps([lens.view.ids.tolist(), lens.view.scores.tolist()]))'
    )
  );
  expect(read[0]).toEqual(found.ids);
  read[1].forEach((score: number, i: number) =>
    expect(score).toBeCloseTo(found.scores[i], 5)
  );
  await page.evaluate(id => window.jupyterapp.shell.activateById(id), panel);
  await grid.getByText('End search').click();
  await expect(header(grid)).toHaveText(ALL);

  step('a text: these embeddings know none, and say so');
  const box = filters.getByRole('combobox', { name: 'Search names' });
  await box.fill('a bus at night');
  await page.getByRole('option', { name: /What looks like/ }).click();
  const error = filters.locator('.vl-error');
  await expect(error).toContainText('know no texts');
  await expect(error).toContainText('a model of images and text');
  await expect(box).toHaveValue('');
  await expect(header(grid)).toHaveText(ALL);

  step('near-duplicates: the planted ones, the best kept, the rest tagged');
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:open-duplicates')
  );
  const duplicates = page.locator('.vl-duplicates');
  await duplicates.getByRole('button', { name: 'Find them' }).click();
  const groups = duplicates.locator('.vl-duplicates-group');
  await expect(groups.first()).toBeVisible({ timeout: 150_000 });
  await picture(page, 'duplicates');
  const near = await json(
    page,
    `datasets/${DATASET}/duplicates?kind=near&offset=0&limit=100`
  );
  const together = new Map<number, number>();
  for (const { group, members } of near.groups) {
    members.forEach(({ sample_id }: any) => together.set(sample_id, group));
  }
  for (const { kind, pairs } of await planted(page)) {
    for (const [original, copy] of pairs) {
      // the images of the demonstration count from 1
      const [a, b] = [original - 1, copy - 1].map(id => together.get(id));
      expect(a, `${kind}: ${original}, ${copy}`).toBeDefined();
      expect(b, `${kind}: ${original}, ${copy}`).toBe(a);
    }
  }
  const { group, members } = near.groups[0];
  const best = members.find((member: any) => member.best);
  const shown = duplicates.locator(`[data-group="${group}"]`);
  await expect(shown.locator('.vl-duplicates-member')).toHaveCount(
    members.length
  );
  await expect(shown.getByRole('radio', { checked: true })).toHaveCount(1);
  await shown.getByRole('button', { name: 'Tag the rest' }).click();
  const tagged = async (): Promise<number[]> =>
    (
      await view(page, DATASET, {
        level: 'samples',
        where: "tag = 'duplicate'"
      })
    ).ids;
  const rest = members
    .map(({ sample_id }: any) => sample_id)
    .filter((id: number) => id !== best.sample_id);
  await expect.poll(tagged).toEqual(rest.sort((a: number, b: number) => a - b));
  await deleteDataset(page, DATASET);
});
