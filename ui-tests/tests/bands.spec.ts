/** TIFF of many bands and camera RAW in the sample panel: what is chosen is shown, kept and taken back. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { execFileSync } from 'child_process';
import * as path from 'path';
import { json } from './api';
import { haveDataset } from './panels';
import { picture } from './pictures';
import { deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false, actionTimeout: 30_000 });

const REPOSITORY = path.resolve(__dirname, '../..');

/** Red and green of the image at shares of its width, in the middle of its height. */
async function colours(viewer: Locator, shares: number[]): Promise<number[][]> {
  return viewer.locator('img').evaluate(async (node, places) => {
    const image = node as HTMLImageElement;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    return places.map(share => {
      const x = Math.floor((image.naturalWidth - 1) * share);
      const y = Math.floor(image.naturalHeight / 2);
      return [...context.getImageData(x, y, 1, 1).data].slice(0, 2);
    });
  }, shares);
}

test('bands, pages and stretch; camera RAW is developed', async ({ page }) => {
  await page.goto();
  const root = await serverRoot(page);
  execFileSync(
    'python',
    ['ui-tests/large.py', path.join(root, 'deep'), 'deep'],
    { cwd: REPOSITORY, env: { ...process.env, PYTHONPATH: REPOSITORY } }
  );
  await haveDataset(page, 'deep', 'deep');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.sidebar.openTab('visionlens-datasets');
  await page.getByTitle('Open deep').click();
  await page.sidebar.close('left');
  const tile = page.locator('.vl-grid .vl-tile', { hasText: 'bands.tif' });
  await tile.first().dblclick();
  const sample = page.locator('.vl-sample');
  const viewer = sample.locator('.vl-viewer');
  const red = async (share: number): Promise<number> =>
    (await colours(viewer, [share]))[0][0];

  // As suits it: dark at the left, light at the right.
  await expect.poll(() => red(0.9)).toBeGreaterThan(200);
  await sample.getByRole('button', { name: 'Bands' }).click();
  const menu = sample.getByRole('dialog');
  await expect(menu).toContainText('2 pages, 4 bands, uint16, 0 to 4,000');
  const choose = (label: string, option: string): Promise<unknown> =>
    menu
      .locator('.vl-field')
      .filter({ has: page.getByText(label, { exact: true }) })
      .locator('select')
      .selectOption(option);
  await choose('Page', '2');
  await expect.poll(() => red(0.9)).toBeLessThan(60);
  await choose('Bands', 'One band');
  await choose('Band', '4');
  await choose('Stretch', 'None: the range of the type');
  await expect.poll(() => red(0.1)).toBeLessThan(30);
  await choose('Gamma', '3');
  await expect.poll(() => red(0.1)).toBeGreaterThan(70);
  await picture(page, 'bands', async () => {
    if (!(await menu.isVisible())) {
      await sample.getByRole('button', { name: 'Bands' }).click();
    }
  });
  expect((await json(page, 'datasets/deep/display')).display).toEqual({
    ...{ page: 1, bands: [3], stretch: 'none', gamma: 3 }
  });
  await menu.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => red(0.1)).toBeLessThan(30);
  await menu.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => red(0.9)).toBeGreaterThan(200);
  expect((await json(page, 'datasets/deep/display')).display).toBeNull();
  await page.keyboard.press('Escape');

  // Half the size at first; all of it when asked for, or enlarged beyond that.
  await sample.getByRole('button', { name: 'Next', exact: true }).click();
  const width = (): Promise<number> =>
    viewer
      .locator('img')
      .evaluate(node => (node as HTMLImageElement).naturalWidth);
  const develop = sample.getByRole('button', { name: 'Develop' });
  await expect(develop).toBeVisible();
  await sample.locator('.vl-sample-body').focus();
  await page.keyboard.press('1');
  await expect(develop).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(width).toBe(1200);
  await page.keyboard.press('0');
  await picture(page, 'camera-raw');
  await deleteDataset(page, 'deep');
});
