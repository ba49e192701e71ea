/** The grid itself: its keyboard, what is drawn on tiles, and what it says when there is nothing to show. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { COUNT, openGrid } from './panels';

test.use({ autoGoto: false });

/** Number of pixels drawn over the first screen of tiles. */
async function painted(grid: Locator): Promise<number> {
  return grid.locator('.vl-tile .vl-overlay').evaluateAll(canvases =>
    (canvases as HTMLCanvasElement[])
      .filter(({ width, height }) => width > 0 && height > 0)
      .reduce((sum, canvas) => {
        const { data } = canvas
          .getContext('2d')!
          .getImageData(0, 0, canvas.width, canvas.height);
        return sum + data.filter((_, i) => i % 4 === 3 && data[i] > 0).length;
      }, 0)
  );
}

/** The same once it stays the same: pictures come one by one. */
async function settled(grid: Locator): Promise<number> {
  let last = -1;
  await expect
    .poll(async () => {
      const now = await painted(grid);
      const same = now === last;
      last = now;
      return same;
    })
    .toBe(true);
  return last;
}

test('tiles are walked, selected, tagged and opened by keyboard', async ({
  page
}) => {
  const grid = await openGrid(page);
  const header = grid.locator('.vl-header-line');
  const active = grid.locator('.vl-tile[tabindex="0"]');
  await grid.locator('.vl-tile').first().focus();
  await page.keyboard.press('Space');
  await expect(header).toContainText(', 1 selected');
  await page.keyboard.press('ArrowRight');
  await expect(active).toHaveAttribute('data-index', '1');
  await expect(active).toBeFocused();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(header).toContainText(', 4 selected');

  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tag').fill('by keyboard');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.locator('.vl-facet[data-field="tag"]')).toContainText(
    'by keyboard'
  );

  await grid.locator('.vl-tile').nth(3).focus();
  await page.keyboard.press('Escape');
  await expect(header).toContainText(', 0 selected');
  await page.keyboard.press('End');
  await expect(active).toHaveAttribute('data-index', String(COUNT - 1));
  await page.keyboard.press('Home');
  await expect(active).toHaveAttribute('data-index', '0');
  await page.keyboard.press('Control+a');
  await expect(header).toContainText(`, ${COUNT} selected`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await expect(page.locator('.vl-viewer img')).toBeVisible();
});

test('what is drawn on tiles: only what matches, all, nothing', async ({
  page
}) => {
  const grid = await openGrid(page);
  const text = page.getByRole('textbox', { name: 'Filter as text' });
  await text.fill("class = 'bus'");
  await text.press('Enter');
  await expect(page.locator('.vl-chip').first()).toBeVisible();
  await expect.poll(() => painted(grid)).toBeGreaterThan(0);
  const matching = await settled(grid);
  await grid.getByRole('button', { name: 'Matching' }).click();
  await expect.poll(() => painted(grid)).toBeGreaterThan(matching);
  await grid.getByRole('button', { name: 'Matching' }).click();
  await expect.poll(() => painted(grid)).toBe(matching);

  await grid.getByRole('button', { name: 'Overlays' }).click();
  await expect.poll(() => painted(grid)).toBe(0);
  await grid.getByRole('button', { name: 'Overlays' }).click();
  await expect.poll(() => painted(grid)).toBeGreaterThan(0);
});

test('an empty view and a mistaken filter say what to do', async ({ page }) => {
  const grid = await openGrid(page);
  const header = grid.locator('.vl-header-line');
  const text = page.getByRole('textbox', { name: 'Filter as text' });
  await text.fill('sample_id < 0');
  await text.press('Enter');
  await expect(grid).toContainText('No sample meets all conditions.');
  await grid.getByRole('button', { name: 'Clear filters' }).click();
  await expect(header).toContainText(`${COUNT}`);
  await expect(grid.locator('.vl-tile img').first()).toBeVisible();

  await text.fill("clas = 'car'");
  await text.press('Enter');
  const alert = page.getByRole('alert');
  await expect(alert.first()).toContainText('clas');
  await expect(header).toContainText(`${COUNT}`);
});
