/** The map: gestures, legend, three dimensions, what the pointer rests on. */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { violations } from './axe';
import { json } from './api';
import {
  coordinates,
  drag,
  drawnMap,
  haveProjections,
  mostAlone,
  places
} from './maps';
import { COUNT, haveDataset } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

const DATASET = 'street';

/** The lower left quarter of the panel. */
const QUARTER: [number, number][] = [
  [0.01, 0.52],
  [0.49, 0.52],
  [0.49, 0.99],
  [0.01, 0.99],
  [0.01, 0.52]
];

/** Open grid and map of the demonstration dataset. */
async function openMap(
  page: IJupyterLabPageFixture,
  dimensions: 2 | 3 = 2
): Promise<{ grid: Locator; map: Locator; host: Locator }> {
  await page.goto();
  await haveDataset(page, 'street', DATASET);
  await haveProjections(page, DATASET);
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:open', { dataset: 'street' })
  );
  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  await grid.getByRole('button', { name: 'Map', exact: true }).click();
  const host = await drawnMap(page);
  const map = page.locator('.vl-map');
  const wanted = await projectionOf(page, dimensions);
  await map.getByLabel('Projection').selectOption(wanted);
  await expect(host).toHaveAttribute('data-projection', wanted);
  await expect(host).toHaveAttribute(
    'aria-label',
    new RegExp(`Map of ${COUNT} points`)
  );
  return { grid, map, host };
}

/** Press a button of the toolbar that stays pressed. */
async function choose(map: Locator, name: string): Promise<void> {
  const button = map.getByRole('button', { name, exact: true });
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
}

/** The id of a projection. */
async function projectionOf(
  page: IJupyterLabPageFixture,
  dimensions: 2 | 3
): Promise<string> {
  const { projections } = await json(page, `datasets/${DATASET}/projections`);
  return projections.find((each: any) => each.dimensions === dimensions)
    .projection;
}

function header(scope: Locator): Locator {
  return scope.locator('.vl-header-line');
}

test('lasso and box select in every panel; the keyboard does', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page);
  const quarter = COUNT / 4;
  await choose(map, 'Lasso');
  await drag(page, host, QUARTER);
  await expect(header(grid)).toContainText(`, ${quarter} selected`);
  await choose(map, 'Box');
  await page.keyboard.down('Shift');
  await drag(page, host, [
    [0.51, 0.52],
    [0.99, 0.99]
  ]);
  await page.keyboard.up('Shift');
  await expect(header(grid)).toContainText(`, ${2 * quarter} selected`);
  await page.keyboard.down('Alt');
  await drag(page, host, [
    [0.01, 0.52],
    [0.49, 0.99]
  ]);
  await page.keyboard.up('Alt');
  await expect(header(grid)).toContainText(`, ${quarter} selected`);
  await host.focus();
  await page.keyboard.press('Escape');
  await expect(header(grid)).toContainText(', 0 selected');
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`, ${COUNT} selected`);
});

test('the legend filters; numbers run along a scale', async ({ page }) => {
  const { map } = await openMap(page);
  const entry = map.locator('.vl-map-entry').first();
  await expect(entry).toBeVisible();
  const name = await entry.locator('.vl-map-entry-name').innerText();
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'true');
  await expect(
    page
      .locator('#visionlens-filters-sidebar')
      .getByRole('list', { name: 'Active conditions' })
  ).toContainText(name);
  await map.getByLabel('Colour by').selectOption('brightness');
  await expect(map.locator('.vl-map-ramp')).toBeVisible();
});

test('three dimensions turn, and are selected as they are seen', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page, 3);
  await drag(page, host, [
    [0.4, 0.5],
    [0.6, 0.5]
  ]);
  await picture(page, 'map-3d');
  await host.focus();
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`, ${COUNT} selected`);
  // The clouds stay apart: there is next to nothing in the middle of them.
  await map.getByRole('button', { name: 'Box', exact: true }).click();
  await drag(page, host, [
    [0.48, 0.48],
    [0.52, 0.52]
  ]);
  await expect(header(grid)).toContainText(/, \d selected/);
});

test('the pointer rests on a point: its picture, a click selects it', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page);
  const box = (await host.boundingBox())!;
  const flat = await projectionOf(page, 2);
  const points = await coordinates(page, DATASET, flat);
  const { id, x, y } = mostAlone(places(points, box));
  await expect
    .poll(async () => {
      await page.mouse.move(box.x + x, box.y + y - 2);
      await page.mouse.move(box.x + x, box.y + y);
      return host.getAttribute('data-hover');
    })
    .toBe(`${id}`);
  await expect(page.locator('.vl-hover-card img')).toBeVisible();
  await page.mouse.click(box.x + x, box.y + y);
  await expect(header(map)).toContainText('1 selected');
  await expect(grid.locator(`[data-testid="tile-${id}"]`)).toHaveAttribute(
    'aria-selected',
    'true'
  );
});

test('axe finds nothing serious in the map, its forms and the duplicates', async ({
  page
}) => {
  test.setTimeout(240_000);
  const { map } = await openMap(page);
  await expect(map.locator('.vl-map-entry').first()).toBeVisible();
  expect(await violations(page, '.vl-map')).toEqual([]);
  await map.getByRole('button', { name: 'New…' }).click();
  await expect(map.locator('.vl-map-form')).toBeVisible();
  expect(await violations(page, '.vl-map .vl-popover')).toEqual([]);
  await page.keyboard.press('Escape');
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:open-duplicates')
  );
  await expect(page.locator('.vl-duplicates-body')).toBeVisible();
  expect(await violations(page, '.vl-duplicates')).toEqual([]);
});
