/** Every geometry is drawn where its annotation is, on tiles and samples, and answers to the pointer. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { execFileSync } from 'child_process';
import * as path from 'path';
import { picture } from './pictures';
import { deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false, actionTimeout: 30_000 });

const REPOSITORY = path.resolve(__dirname, '../..');
/** Size of the images. */
const WIDTH = 400;
const HEIGHT = 300;

/** Opacity, 0 to 255, of the overlay of a panel at points of its image. */
async function drawn(
  scope: Locator,
  points: Record<string, [number, number]>
): Promise<Record<string, number>> {
  return scope.evaluate(
    (node, { places, width }) => {
      const canvas = node.querySelector<HTMLCanvasElement>('.vl-overlay');
      const image = node.querySelector('img')!.getBoundingClientRect();
      const at = canvas?.getBoundingClientRect();
      const scale = image.width / width;
      return Object.fromEntries(
        Object.entries(places).map(([name, [x, y]]) => {
          if (!canvas || !at) {
            return [name, -1];
          }
          const ratio = canvas.width / at.width;
          const pixel = canvas
            .getContext('2d')!
            .getImageData(
              Math.floor((image.left - at.left + x * scale) * ratio),
              Math.floor((image.top - at.top + y * scale) * ratio),
              1,
              1
            );
          return [name, pixel.data[3]];
        })
      );
    },
    { places: points, width: WIDTH }
  );
}

/** CSS pixels for each pixel of a panel's image. */
async function scaleOf(scope: Locator): Promise<number> {
  return (await scope.locator('img').first().boundingBox())!.width / WIDTH;
}

const FILLED: Record<string, [number, number]> = {
  'first part': [40, 80],
  'second part': [150, 30],
  mask: [220, 85],
  crowd: [70, 200]
};
const EMPTY: Record<string, [number, number]> = {
  'between the parts': [110, 80],
  'hole of the mask': [250, 60],
  'unlabelled keypoint': [300, 250],
  'beside everything': [180, 130]
};
const LINES: Record<string, [number, number]> = {
  'edge of the polygon': [20, 60],
  'visible keypoint': [220, 170],
  limb: [260, 170]
};

test('polygons, masks, crowds, keypoints and oriented boxes', async ({
  page
}) => {
  await page.goto();
  const root = await serverRoot(page);
  execFileSync(
    'python',
    [
      'ui-tests/shapes.py',
      path.join(root, '.visionlens'),
      path.join(root, 'geometries')
    ],
    { cwd: REPOSITORY, env: { ...process.env, PYTHONPATH: REPOSITORY } }
  );

  await page.sidebar.openTab('visionlens-datasets');
  const open = async (name: string): Promise<void> => {
    await page.sidebar.openTab('visionlens-datasets');
    await page.getByTitle(`Open ${name}`).click({ timeout: 30_000 });
  };
  await open('shapes');
  const tile = page.locator('.vl-grid .vl-tile').first();
  await expect(tile.locator('.vl-overlay')).toBeVisible();
  for (const alpha of Object.values(await drawn(tile, FILLED))) {
    expect(alpha).toBeGreaterThan(40);
  }
  const { 'hole of the mask': hole } = await drawn(tile, EMPTY);
  expect(hole).toBe(0);

  await tile.dblclick();
  const viewer = page.locator('.vl-viewer');
  await expect(viewer.locator('.vl-overlay')).toBeVisible();
  await picture(page, 'geometries');
  await expect
    .poll(async () => drawn(viewer, EMPTY))
    .toEqual(Object.fromEntries(Object.keys(EMPTY).map(name => [name, 0])));
  for (const alpha of Object.values(await drawn(viewer, FILLED))) {
    expect(alpha).toBeGreaterThan(40);
    expect(alpha).toBeLessThan(140);
  }
  for (const alpha of Object.values(await drawn(viewer, LINES))) {
    expect(alpha).toBeGreaterThan(200);
  }

  // The pointer in the image and the list speak of the same annotation.
  const row = (id: string): Locator =>
    page.locator('.vl-annotations tr', { hasText: id });
  const point = async (x: number, y: number): Promise<void> => {
    const image = (await viewer.locator('img').boundingBox())!;
    const scale = image.width / WIDTH;
    await page.mouse.move(image.x + x * scale, image.y + y * scale);
  };
  await point(40, 80);
  await expect(row('plot')).toHaveClass(/vl-mod-highlight/);
  await point(220, 85);
  await expect(row('lake')).toHaveClass(/vl-mod-highlight/);
  await point(250, 60);
  await expect(page.locator('tr.vl-mod-highlight')).toHaveCount(0);
  await point(260, 170);
  await expect(row('person')).toHaveClass(/vl-mod-highlight/);
  // Drawn strongly, a hidden keypoint is seen to be hollow, a visible one full.
  const pixel = 1 / (await scaleOf(viewer));
  const ring = async (x: number) =>
    drawn(viewer, {
      inside: [x + pixel, 170 + 0.3 * pixel],
      edge: [x + 4.8 * pixel, 170 + 0.3 * pixel]
    });
  await expect.poll(async () => (await ring(300)).edge).toBeGreaterThan(150);
  expect((await ring(300)).inside).toBeLessThan(80);
  expect((await ring(220)).inside).toBeGreaterThan(200);
  await point(180, 130);

  // How it is drawn.
  const sample = page.locator('.vl-sample');
  await sample.getByRole('button', { name: 'Style' }).click();
  await sample.getByLabel('Fill opacity').fill('90');
  await expect
    .poll(async () => (await drawn(viewer, FILLED)).mask)
    .toBeGreaterThan(200);
  await sample.getByLabel('Outlines only').check();
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await drawn(viewer, FILLED)).mask).toBe(0);
  expect((await drawn(viewer, LINES)).limb).toBeGreaterThan(200);
  await sample.getByRole('button', { name: /^plot/ }).click();
  await expect
    .poll(async () => (await drawn(viewer, LINES))['edge of the polygon'])
    .toBe(0);
  await viewer.click();
  await sample.locator('.vl-sample-body').focus();
  await page.keyboard.press('o');
  await expect(viewer.locator('.vl-overlay')).toHaveCount(0);
  await page.keyboard.press('o');
  await expect(viewer.locator('.vl-overlay')).toHaveCount(1);

  await open('turned');
  const ship = page
    .locator('.vl-grid:visible .vl-tile', { hasText: 'one.png' })
    .first();
  await expect(ship.locator('.vl-overlay')).toBeVisible();
  const turned = await drawn(ship, {
    edge: [250, 100],
    corner: [110, 60]
  });
  expect(turned.edge).toBeGreaterThan(100);
  expect(turned.corner).toBe(0);

  // A class of the whole image stands as a chip at its bottom left.
  await open('scenes');
  const scene = page
    .locator('.vl-grid:visible .vl-tile', { hasText: 'two.png' })
    .first();
  await expect(scene.locator('.vl-overlay')).toBeVisible();
  const size = 1 / (await scaleOf(scene));
  const chip = await drawn(scene, {
    chip: [6 * size, HEIGHT - 6 * size],
    beside: [6 * size, HEIGHT - 24 * size]
  });
  expect(chip.chip).toBeGreaterThan(200);
  expect(chip.beside).toBe(0);

  await deleteDataset(page, 'scenes');
  await deleteDataset(page, 'shapes');
  await deleteDataset(page, 'turned');
});
