/** An image of a hundred megapixels is shown by tiles, its labels drawn and edited over them. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { execFileSync } from 'child_process';
import * as path from 'path';
import { haveDataset } from './panels';
import { picture } from './pictures';
import { deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false, actionTimeout: 30_000 });

const REPOSITORY = path.resolve(__dirname, '../..');
const SIDE = 10_000;

interface IPixel {
  readonly red: number;
  readonly green: number;
  readonly alpha: number;
}

/** Colours of the tiles at points of the image. */
async function pixels(
  viewer: Locator,
  points: readonly (readonly [number, number])[]
): Promise<IPixel[]> {
  return viewer.evaluate(
    (node, [places, side]) => {
      const canvas = node.querySelector<HTMLCanvasElement>('.vl-tiles')!;
      const image = node
        .querySelector('.vl-viewer-image')!
        .getBoundingClientRect();
      const at = canvas.getBoundingClientRect();
      const scale = image.width / side;
      const ratio = canvas.width / at.width;
      return places.map(([x, y]) => {
        const [red, green, , alpha] = canvas
          .getContext('2d')!
          .getImageData(
            Math.floor((image.left - at.left + x * scale) * ratio),
            Math.floor((image.top - at.top + y * scale) * ratio),
            1,
            1
          ).data;
        return { red, green, alpha };
      });
    },
    [points, SIDE] as const
  );
}

test('deep zoom with boxes, polygons and edits', async ({ page }) => {
  await page.goto();
  const root = await serverRoot(page);
  execFileSync('python', ['ui-tests/large.py', path.join(root, 'large')], {
    cwd: REPOSITORY,
    env: { ...process.env, PYTHONPATH: REPOSITORY }
  });
  await haveDataset(page, 'large', 'large');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.sidebar.openTab('visionlens-datasets');
  await page.getByTitle('Open large').click();
  await page.sidebar.close('left');
  await page.locator('.vl-grid .vl-tile').first().dblclick();
  const viewer = page.locator('.vl-viewer');
  const tiles = viewer.locator('.vl-tiles');
  const settled = (): Promise<void> =>
    expect(tiles).toHaveAttribute('data-settled', 'true');

  // The whole image at first, from few tiles.
  await expect(tiles).toHaveAttribute('data-level', /^[34]$/);
  await expect(viewer.locator('.vl-tiles-progress')).toHaveCount(0);
  await settled();
  const [barn, stripes] = await pixels(viewer, [
    [1250, 1750],
    [5000, 9000]
  ]);
  expect(barn.red).toBeGreaterThan(barn.green + 100);
  expect(Math.abs(stripes.red - 115)).toBeLessThan(8);
  await picture(page, 'deep-zoom-whole');

  // The wheel brings the image's own pixels, around the pointer.
  const image = viewer.locator('.vl-viewer-image');
  const scaleOf = async (): Promise<number> =>
    (await image.boundingBox())!.width / SIDE;
  const at = async (x: number, y: number): Promise<[number, number]> => {
    const { x: left, y: top } = (await image.boundingBox())!;
    const scale = await scaleOf();
    return [left + x * scale, top + y * scale];
  };
  const requests: string[] = [];
  page.on('request', request => {
    if (/\/tiles\/0\//.test(request.url())) {
      requests.push(new URL(request.url()).pathname);
    }
  });
  while ((await scaleOf()) < 1) {
    const before = await scaleOf();
    await page.mouse.move(...(await at(1000, 1500)));
    await page.mouse.wheel(0, -400);
    await expect.poll(scaleOf).toBeGreaterThan(before);
  }
  await expect(tiles).toHaveAttribute('data-level', '0');
  await settled();
  const corner = [
    [1003, 1503],
    [997, 1497],
    [990, 1490],
    [990, 1486]
  ] as const;
  await expect
    .poll(async () => (await pixels(viewer, corner))[0].red)
    .toBeGreaterThan(150);
  const [inside, outside, dark, light] = await pixels(viewer, corner);
  expect(inside.red).toBeGreaterThan(inside.green + 100);
  expect(outside.red).toBeLessThan(outside.green + 40);
  // Stripes of four pixels, which no smaller picture shows.
  expect(Math.abs(dark.red - light.red)).toBeGreaterThan(25);
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.length).toBeLessThan(30);
  await picture(page, 'deep-zoom');

  // A drag moves; what comes into view is fetched.
  const before = await at(1000, 1500);
  await page.mouse.move(...before);
  await page.mouse.down();
  await page.mouse.move(before[0] + 200, before[1] + 120, { steps: 4 });
  await page.mouse.up();
  const after = await at(1000, 1500);
  expect(Math.abs(after[0] - before[0] - 200)).toBeLessThan(2);
  await settled();

  // Labels are edited where they lie, in the image's pixels.
  await page.getByRole('button', { name: 'Edit labels' }).click();
  await page.mouse.click(...(await at(1010, 1700)));
  await expect(page.locator('.vl-edit-bar')).toContainText(
    'x 1,000, y 1,500, 500 × 500 pixels'
  );
  const handle = (await viewer.locator('[data-handle="nw"]').boundingBox())!;
  const scale = await scaleOf();
  const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40 * scale, y + 20 * scale, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator('.vl-edit-bar')).toContainText(
    /x 1,0(39|40|41), y 1,5(19|20|21), 4(59|60|61) × 4(79|80|81) pixels/
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.vl-edit-bar')).toContainText('x 1,000, y 1,500');

  // The whole image again.
  await page.locator('.vl-sample-body').focus();
  await page.keyboard.press('0');
  await expect(tiles).toHaveAttribute('data-level', /^[34]$/);
  await deleteDataset(page, 'large');
});
