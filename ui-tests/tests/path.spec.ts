/**
 * The whole path of a user, in a real notebook with a real kernel: ingest from the panel, filter, select, read the
 * selection back, push a DataFrame, reproduce the view; while a cell is busy, after a kernel restart and a reload.
 */
import { expect, test, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { picture } from './pictures';

// Galata's stand-in for the kernel routes answers a restart with 201, which Lab refuses.
test.use({ autoGoto: false, kernels: null, sessions: null });

const COUNT = 240;
const NOTEBOOK = 'analysis.ipynb';
const SETUP = [
  'import visionlens_jlab as vl\n',
  'ds = vl.open("street")\n',
  'lens = ds.show()'
];

/** A notebook of one cell; it names its kernel, so that Lab does not ask. */
function notebook(source: string[]): object {
  return {
    cells: [
      {
        cell_type: 'code',
        execution_count: null,
        id: 'setup',
        metadata: {},
        outputs: [],
        source
      }
    ],
    metadata: {
      kernelspec: {
        display_name: 'Python 3',
        language: 'python',
        name: 'python3'
      }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
}

function header(scope: Locator): Locator {
  return scope.locator('.vl-header-line');
}

/** Say where the path is, for whoever reads the log. */
function step(name: string): void {
  console.log(`${new Date().toISOString().slice(14, 19)} ${name}`);
}

/** Open it whatever the sidebar shows. */
async function openNotebook(
  page: IJupyterLabPageFixture,
  path: string
): Promise<void> {
  await page.evaluate(
    async args => {
      await window.jupyterapp.commands.execute('docmanager:open', args);
    },
    { path, factory: 'Notebook' }
  );
  await page.notebook.activate(NOTEBOOK);
}

/** Run code in a new last cell and return its text output. */
async function runCell(
  page: IJupyterLabPageFixture,
  code: string
): Promise<string> {
  const index = await addCell(page, code);
  await page.notebook.runCell(index);
  return outputOf(page, index);
}

async function addCell(
  page: IJupyterLabPageFixture,
  code: string
): Promise<number> {
  await page.notebook.activate(NOTEBOOK);
  await page.notebook.addCell('code', code);
  return (await page.notebook.getCellCount()) - 1;
}

async function outputOf(
  page: IJupyterLabPageFixture,
  index: number
): Promise<string> {
  const output = (await page.notebook.getCellTextOutput(index)) ?? [];
  return output.join('').trim();
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
  await page.contents.uploadContent(
    JSON.stringify(notebook(SETUP)),
    'text',
    `${tmpPath}/${NOTEBOOK}`
  );
  await openNotebook(page, `${tmpPath}/${NOTEBOOK}`);
  await page.notebook.runCell(0);
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
  expect(await runCell(page, 'print(lens.view.count())')).toBe(
    String(promised)
  );

  step('five tiles, in the notebook as a DataFrame');
  const ids = await tileIds(grid, 5);
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
  const read = await runCell(
    page,
    'print(sorted(lens.selection.to_pandas()["sample_id"].tolist()))'
  );
  expect(JSON.parse(read)).toEqual([...ids].sort((a, b) => a - b));
  const columns =
    '["sample_id", "filename", "split", "time_of_day", "weather"]';
  await runCell(page, `lens.selection.to_pandas()[${columns}]`);
  await expect(page.locator('.jp-RenderedHTMLCommon tbody tr')).toHaveCount(5);
  await picture(page, 'explore');

  step('a DataFrame selects in the grid');
  await runCell(
    page,
    'df = lens.view.to_pandas().tail(7)\nlens.select(df)\nprint(len(df))'
  );
  await expect(header(grid)).toHaveText(
    `${promised} of ${COUNT} samples, 7 selected`
  );

  step('insert as cell reproduces the view');
  const before = await page.notebook.getCellCount();
  await grid.getByRole('button', { name: 'Insert as cell' }).click();
  await expect.poll(async () => page.notebook.getCellCount()).toBe(before + 1);
  const inserted = page.locator('.jp-Notebook .jp-mod-active .cm-content');
  await expect(inserted).toContainText('bus');
  await page.notebook.activate(NOTEBOOK);
  await page.notebook.runCell(before);
  expect(await runCell(page, 'print(view.count())')).toBe(String(promised));
  expect(await runCell(page, 'print((view.ids == lens.view.ids).all())')).toBe(
    'True'
  );

  step('a selection arrives while a cell is busy');
  await runCell(
    page,
    'heard = []\nstop = lens.on_selection(lambda s: heard.append(len(s.ids)))'
  );
  const busy = await addCell(
    page,
    [
      'import time',
      '_ = [time.sleep(0.1) for _ in range(600) if 3 not in heard or lens.selection.count() != 3]',
      'print("heard", 3 in heard, "read", lens.selection.count())'
    ].join('\n')
  );
  await page.notebook.selectCells(busy);
  await page.keyboard.press('Control+Enter');
  const cell = page.locator('.jp-Notebook .jp-Cell').nth(busy);
  await expect(cell.locator('.jp-InputPrompt')).toHaveText('[*]:');
  await grid.locator(`.vl-tile[data-id="${ids[0]}"]`).click();
  await grid
    .locator(`.vl-tile[data-id="${ids[2]}"]`)
    .click({ modifiers: ['Shift'] });
  await expect(cell.locator('.jp-OutputArea-output')).toHaveText(
    'heard True read 3'
  );

  step('after a kernel restart the notebook gets its workspace back');
  await page.notebook.activate(NOTEBOOK);
  await page.menu.clickMenuItem('Kernel>Restart Kernel…');
  await page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
  await expect(page.locator('#jp-main-statusbar')).toContainText('| Idle');
  await page.notebook.activate(NOTEBOOK);
  await page.notebook.runCell(0);
  expect(await runCell(page, 'print(lens.selection.count())')).toBe('3');
  expect(await runCell(page, 'print(lens.view.count())')).toBe(
    String(promised)
  );
  await runCell(
    page,
    'heard = []\nstop = lens.on_selection(lambda s: heard.append(len(s.ids)))'
  );
  await grid.locator(`.vl-tile[data-id="${ids[1]}"]`).click();
  await expect.poll(async () => runCell(page, 'print(heard[-1:])')).toBe('[1]');

  step('after a page reload the panels and the link are back');
  await page.notebook.save();
  await page.reload({ waitForIsReady: false });
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
  await expect(header(grid)).toHaveText(
    `${promised} of ${COUNT} samples, 1 selected`
  );
  await openNotebook(page, `${tmpPath}/${NOTEBOOK}`);
  await grid.locator(`.vl-tile[data-id="${ids[3]}"]`).click();
  await grid
    .locator(`.vl-tile[data-id="${ids[4]}"]`)
    .click({ modifiers: ['ControlOrMeta'] });
  await expect.poll(async () => runCell(page, 'print(heard[-1:])')).toBe('[2]');
  expect(await runCell(page, 'print(lens.selection.count())')).toBe('2');
});
