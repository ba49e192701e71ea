/** The map: one view and one selection with the grid, applied at once; a lost context comes back. */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { violations } from './axe';
import { drag, drawnMap, stubProjection } from './maps';
import { COUNT, haveDataset } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

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
  await haveDataset(page, 'street', 'street');
  await stubProjection(page, COUNT, dimensions);
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:open', { dataset: 'street' })
  );
  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  await grid.getByRole('button', { name: 'Map', exact: true }).click();
  const host = await drawnMap(page);
  return { grid, map: page.locator('.vl-map'), host };
}

function header(scope: Locator): Locator {
  return scope.locator('.vl-header-line');
}

test('a lasso selects in every panel before the server is asked', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page);
  await picture(page, 'map');
  await map.getByRole('button', { name: 'Lasso' }).click();
  let asked = 0;
  // Nothing of ours is answered until the header has changed.
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => (release = resolve));
  await page.route(
    /visionlens\/api\/v1\/datasets\/.*workspaces/,
    async route => {
      asked += 1;
      await held;
      await route.continue();
    }
  );
  await drag(page, host, QUARTER);
  const quarter = COUNT / 4;
  const text = `${COUNT} of ${COUNT} samples, ${quarter} selected`;
  await expect(header(grid)).toHaveText(text);
  await expect(header(map)).toHaveText(text);
  release();
  await expect.poll(() => asked).toBeGreaterThan(0);
  await picture(page, 'map-selected');

  await map.getByRole('button', { name: 'Box', exact: true }).click();
  await page.keyboard.down('Shift');
  await drag(page, host, [
    [0.51, 0.52],
    [0.99, 0.99]
  ]);
  await page.keyboard.up('Shift');
  await expect(header(grid)).toContainText(`${2 * quarter} selected`);
  await host.focus();
  await page.keyboard.press('Escape');
  await expect(header(grid)).toContainText('0 selected');
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`${COUNT} selected`);
});

test('a filter masks the same ids, the legend filters', async ({ page }) => {
  const { grid, map, host } = await openMap(page);
  const filters = page.locator('#visionlens-filters-sidebar');
  const value = filters
    .locator('.vl-facet', { hasText: 'Split' })
    .getByRole('button', { name: /^val/ })
    .first();
  await value.click();
  await expect(header(grid)).not.toContainText(`${COUNT} of`);
  const shown = /^(\d+) of/.exec(await header(grid).innerText())![1];
  await expect(header(map)).toHaveText(await header(grid).innerText());
  // What the map lets be selected is what the view holds.
  await host.focus();
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`${shown} selected`);
  await page.keyboard.press('Escape');
  await value.click();
  await expect(header(grid)).toContainText(`${COUNT} of`);

  const entry = map.locator('.vl-map-entry').first();
  await expect(entry).toBeVisible();
  const name = await entry.locator('.vl-map-entry-name').innerText();
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'true');
  await expect(
    filters.getByRole('list', { name: 'Active conditions' })
  ).toContainText(name);
  await picture(page, 'map-filtered');
  await map.getByLabel('Colour by').selectOption('brightness');
  await expect(map.locator('.vl-map-ramp')).toBeVisible();
});

test('a lost graphics context comes back with view and selection', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page);
  await map.getByRole('button', { name: 'Lasso' }).click();
  await drag(page, host, QUARTER);
  await expect(header(grid)).toContainText(`${COUNT / 4} selected`);
  await map.getByRole('button', { name: 'To selection' }).click();
  const select = async (): Promise<string> => {
    await host.focus();
    await page.keyboard.press('Enter');
    return header(grid).innerText();
  };
  const before = await select();
  expect(before).toContain(`${COUNT / 4} selected`);
  for (let i = 0; i < 2; i++) {
    const frames = Number(await host.getAttribute('data-frames'));
    await host.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('webgl2')!;
      context.getExtension('WEBGL_lose_context')!.loseContext();
    });
    await expect
      .poll(async () => Number(await host.getAttribute('data-frames')))
      .toBeGreaterThan(frames);
    await expect(map.locator('.vl-map-note')).toHaveCount(0);
  }
  await expect(host.locator('canvas')).toHaveCount(1);
  const lost = await host
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) =>
      canvas.getContext('webgl2')!.isContextLost()
    );
  expect(lost).toBe(false);
  // The same points are in sight, so the camera stands where it stood.
  expect(await select()).toBe(before);
});

test('three dimensions turn, and are selected as they are seen', async ({
  page
}) => {
  const { grid, host } = await openMap(page, 3);
  await drag(page, host, [
    [0.4, 0.5],
    [0.6, 0.5]
  ]);
  await picture(page, 'map-3d');
  await host.focus();
  await page.keyboard.press('Enter');
  await expect(header(grid)).toContainText(`${COUNT} selected`);
});

test('the pointer rests on a point: its picture, a click selects it', async ({
  page
}) => {
  const { grid, map, host } = await openMap(page);
  const box = (await host.boundingBox())!;
  const found = await (async () => {
    for (let x = 0.05; x < 0.5; x += 0.01) {
      await page.mouse.move(box.x + x * box.width, box.y + 0.76 * box.height);
      const id = await host.getAttribute('data-hover');
      if (id !== null) {
        return { id, x };
      }
    }
    return null;
  })();
  expect(found).not.toBeNull();
  await expect(page.locator('.vl-hover-card img')).toBeVisible();
  await picture(page, 'map-hover');
  await page.mouse.click(
    box.x + found!.x * box.width,
    box.y + 0.76 * box.height
  );
  await expect(header(map)).toContainText('1 selected');
  await expect(
    grid.locator(`[data-testid="tile-${found!.id}"]`)
  ).toHaveAttribute('aria-selected', 'true');
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
