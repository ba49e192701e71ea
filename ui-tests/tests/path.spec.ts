/**
 * The whole path of a user, in a real notebook with a real kernel: ingest from the panel, filter, select, read the
 * selection back, push a DataFrame, reproduce the view; while a cell is busy, after a kernel restart and a reload.
 */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { Notebook } from './notebook';
import { picture } from './pictures';
import { clearDatasets } from './server';

// Galata's stand-in for the kernel routes answers a restart with 201, which Lab refuses.
test.use({ autoGoto: false, kernels: null, sessions: null });

const COUNT = 240;
const SETUP =
  'import visionlens_jlab as vl\nds = vl.open("street")\nlens = ds.show()';
const LISTEN =
  'heard = []\nstop = lens.on_selection(lambda s: heard.append(len(s.ids)))';

function header(scope: Locator): Locator {
  return scope.locator('.vl-header-line');
}

/** Say where the path is, for whoever reads the log. */
function step(name: string): void {
  console.log(`${new Date().toISOString().slice(14, 19)} ${name}`);
}

/** Ids of the tiles in view, in order. */
async function tileIds(grid: Locator, count: number): Promise<number[]> {
  const tiles = grid.locator('.vl-tile');
  await expect(tiles.nth(count - 1)).toBeVisible();
  const ids = await tiles.evaluateAll(nodes =>
    nodes.map(node => Number((node as HTMLElement).dataset.id))
  );
  return ids.slice(0, count);
}

test('from a folder of images to a DataFrame and back', async ({
  page,
  tmpPath
}) => {
  test.setTimeout(170_000);
  await page.goto();
  await clearDatasets(page);

  step('ingest from the panel, with progress and a report');
  await page.sidebar.openTab('visionlens-datasets');
  const datasets = page.locator('#visionlens-datasets');
  await expect(datasets.getByText('No dataset yet')).toBeVisible();
  await datasets.getByRole('button', { name: 'Add dataset' }).click();
  await datasets.getByLabel('Folder or file on the server').fill('street');
  await expect(datasets.getByText('COCO').first()).toBeVisible();
  await picture(page, 'ingest-form');
  await datasets.getByRole('button', { name: 'Ingest', exact: true }).click();
  await expect(datasets.locator('.vl-job')).toContainText('street');
  const card = datasets.locator('.vl-card[data-state="ready"]');
  await expect(card).toContainText(`${COUNT} samples`, { timeout: 120_000 });
  const images = card.locator('.vl-report tr', { hasText: 'Images' });
  await expect(images).toContainText(String(COUNT));
  const [found, imported, reported] = (
    await images.locator('td').allTextContents()
  ).map(text => Number(text.replace(/,/g, '')));
  expect(found).toBe(imported + reported);
  await picture(page, 'report');

  step('a notebook opens the panels beside it');
  const notebook = new Notebook(page, `${tmpPath}/analysis.ipynb`);
  await notebook.create(SETUP);
  await notebook.open();
  await notebook.run(0);
  const grid = page.locator('.vl-grid');
  const filters = page.locator('#visionlens-filters-sidebar');
  await expect(header(grid)).toHaveText(
    `${COUNT} of ${COUNT} samples, 0 selected`
  );
  await expect(header(filters)).toHaveText(
    `${COUNT} of ${COUNT} samples, 0 selected`
  );

  step('filter by class: every panel agrees, with what the facet promised');
  const bus = filters.locator(
    '.vl-facet[data-field="class"] .vl-facet-value[data-value="bus"]'
  );
  const promised = Number(await bus.locator('.vl-facet-count').textContent());
  expect(promised).toBeGreaterThan(5);
  expect(promised).toBeLessThan(COUNT);
  await bus.click();
  const filtered = `${promised} of ${COUNT} samples, 0 selected`;
  await expect(header(grid)).toHaveText(filtered);
  await expect(header(filters)).toHaveText(filtered);
  await expect(filters.locator('.vl-chip')).toContainText('bus');
  await grid.locator('.vl-tile').first().dblclick();
  const sample = page.locator('.vl-sample');
  const opened = `${promised} of ${COUNT} samples, 1 selected`;
  await expect(header(sample)).toHaveText(opened);
  await expect(sample.locator('img').first()).toBeVisible();
  await sample.locator('.vl-sample-next').click();
  await expect(sample.locator('.vl-sample-position')).toContainText('2nd of');
  await picture(page, 'sample');
  await page.getByRole('tab', { name: /^Grid/ }).click();
  await expect(header(grid)).toHaveText(opened);
  expect(await notebook.runCode('print(lens.view.count())')).toBe(
    String(promised)
  );

  step('five tiles, in the notebook as a DataFrame');
  const ids = await tileIds(grid, 5);
  const sent = page.waitForResponse(response => {
    const request = response.request();
    return (
      request.method() === 'PATCH' &&
      request.postDataJSON()?.selection?.length === ids.length
    );
  });
  await grid.locator(`.vl-tile[data-id="${ids[0]}"]`).click();
  for (const id of ids.slice(1)) {
    await grid
      .locator(`.vl-tile[data-id="${id}"]`)
      .click({ modifiers: ['ControlOrMeta'] });
  }
  await expect(header(grid)).toHaveText(
    `${promised} of ${COUNT} samples, 5 selected`
  );
  await expect(header(filters)).toHaveText(
    `${promised} of ${COUNT} samples, 5 selected`
  );
  await sent;
  const read = await notebook.runCode(
    'print(sorted(lens.selection.to_pandas()["sample_id"].tolist()))'
  );
  expect(JSON.parse(read)).toEqual([...ids].sort((a, b) => a - b));
  const columns =
    '["sample_id", "filename", "split", "time_of_day", "weather"]';
  await notebook.runCode(`lens.selection.to_pandas()[${columns}]`);
  await expect(page.locator('.jp-RenderedHTMLCommon tbody tr')).toHaveCount(5);
  await picture(page, 'explore');

  step('a DataFrame selects in the grid');
  await notebook.runCode(
    'df = lens.view.to_pandas().tail(7)\nlens.select(df)\nprint(len(df))'
  );
  await expect(header(grid)).toHaveText(
    `${promised} of ${COUNT} samples, 7 selected`
  );

  step('insert as cell reproduces the view');
  const before = await notebook.count();
  await grid.getByRole('button', { name: 'Insert as cell' }).click();
  await expect.poll(async () => notebook.count()).toBe(before + 1);
  const inserted = page.locator('.jp-Notebook .jp-mod-active .cm-content');
  await expect(inserted).toContainText('bus');
  await notebook.run(before);
  expect(await notebook.runCode('print(view.count())')).toBe(String(promised));
  expect(
    await notebook.runCode('print((view.ids == lens.view.ids).all())')
  ).toBe('True');

  step('a selection arrives while a cell is busy');
  await notebook.runCode(LISTEN);
  const busy = await notebook.append(
    [
      'import time',
      'end = time.time() + 60',
      'while time.time() < end and (3 not in heard or lens.selection.count() != 3):',
      '    time.sleep(0.1)',
      'print("heard", 3 in heard, "read", lens.selection.count())'
    ].join('\n')
  );
  await notebook.start(busy);
  await grid.locator(`.vl-tile[data-id="${ids[0]}"]`).click();
  expect(await notebook.isRunning(busy)).toBe(true);
  await grid
    .locator(`.vl-tile[data-id="${ids[2]}"]`)
    .click({ modifiers: ['Shift'] });
  expect(await notebook.finished(busy)).toBe('heard True read 3');

  step('after a kernel restart the notebook gets its workspace back');
  await notebook.open();
  await page.menu.clickMenuItem('Kernel>Restart Kernel…');
  await page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
  await expect(page.locator('#jp-main-statusbar')).toContainText('| Idle');
  await notebook.run(0);
  expect(await notebook.runCode('print(lens.selection.count())')).toBe('3');
  expect(await notebook.runCode('print(lens.view.count())')).toBe(
    String(promised)
  );
  await notebook.runCode(LISTEN);
  await grid.locator(`.vl-tile[data-id="${ids[1]}"]`).click();
  await expect
    .poll(async () => notebook.runCode('print(heard[-1:])'))
    .toBe('[1]');

  step('after a page reload the panels and the link are back');
  await notebook.open();
  await page.evaluate(async () => {
    await window.jupyterapp.commands.execute('docmanager:save');
  });
  await page.reload({ waitForIsReady: false });
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
  await expect(header(grid)).toHaveText(
    `${promised} of ${COUNT} samples, 1 selected`
  );
  await notebook.open();
  await grid.locator(`.vl-tile[data-id="${ids[3]}"]`).click();
  await grid
    .locator(`.vl-tile[data-id="${ids[4]}"]`)
    .click({ modifiers: ['ControlOrMeta'] });
  await expect
    .poll(async () => notebook.runCode('print(heard[-1:])'))
    .toBe('[2]');
  expect(await notebook.runCode('print(lens.selection.count())')).toBe('2');
});
