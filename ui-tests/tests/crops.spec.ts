/** Tiles of annotations show the part of the image around each box sharply. */
import { expect, test } from '@jupyterlab/galata';
import { openGrid } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

test('tiles of annotations are sharp', async ({ page }) => {
  const grid = await openGrid(page);
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:level-annotations')
  );
  const crop = grid.locator('.vl-tile-crop[src]').first();
  await expect(crop).toBeVisible();
  await expect
    .poll(() => crop.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  // What it shows lies over the same pixels of the thumbnail.
  const shares = await crop.evaluate((image: HTMLImageElement) => {
    const at = image.getBoundingClientRect();
    return {
      shape: at.width / at.height,
      picture: image.naturalWidth / image.naturalHeight
    };
  });
  expect(Math.abs(shares.shape - shares.picture)).toBeLessThan(0.05);
  await picture(page, 'annotations');
});
