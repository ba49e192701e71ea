/** Projections for the specs of the map, and gestures on it. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { execFileSync } from 'child_process';
import * as path from 'path';
import { json, numbers } from './api';
import { COUNT } from './panels';

/** Give the samples vectors that are alike where their ids have the same remainder by four, and projections of two and of three dimensions. */
export async function haveProjections(
  page: IJupyterLabPageFixture,
  dataset: string
): Promise<void> {
  const known = async (): Promise<string[]> => {
    const answer = await json(page, `datasets/${dataset}/projections`);
    return answer.projections.map((each: any) => each.projection);
  };
  if ((await known()).length === 0) {
    await putVectors(page, dataset, COUNT);
    for (const dimensions of [2, 3]) {
      await json(page, 'jobs', {
        kind: 'project',
        project: { dataset, space: 'places', method: 'pca', dimensions }
      });
    }
  }
  await expect
    .poll(async () => (await known()).length, { timeout: 60_000 })
    .toBe(2);
}

/** Free space around the points where all are shown, as a share of the panel. */
const MARGIN = 0.06;

/** Where points of two dimensions lie in a panel that shows all of them, in pixels by id. */
export function places(
  points: Float32Array,
  { width, height }: { width: number; height: number }
): { id: number; x: number; y: number }[] {
  const known = Array.from({ length: points.length / 2 }, (_, id) => ({
    id,
    x: points[2 * id],
    y: points[2 * id + 1]
  })).filter(({ x }) => !Number.isNaN(x));
  const xs = known.map(({ x }) => x);
  const ys = known.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    ((1 - 2 * MARGIN) * width) / (right - left),
    ((1 - 2 * MARGIN) * height) / (high - low)
  );
  return known.map(({ id, x, y }) => ({
    id,
    x: width / 2 + scale * (x - (left + right) / 2),
    y: height / 2 - scale * (y - (low + high) / 2)
  }));
}

/** The one that is farthest from its nearest neighbour: nothing lies over it. */
export function mostAlone<T extends { x: number; y: number }>(
  all: readonly T[]
): T {
  const space = (one: T): number =>
    Math.min(
      ...all
        .filter(other => other !== one)
        .map(other => Math.hypot(other.x - one.x, other.y - one.y))
    );
  return all.reduce((best, one) => (space(one) > space(best) ? one : best));
}

/** The coordinates of a projection, from the server. */
export async function coordinates(
  page: IJupyterLabPageFixture,
  dataset: string,
  projection: string
): Promise<Float32Array> {
  return numbers(
    page,
    `datasets/${dataset}/projections/${projection}/points`,
    Float32Array
  );
}

/** Wait until the map has drawn; its host. */
export async function drawnMap(page: IJupyterLabPageFixture): Promise<Locator> {
  const host = page.locator('.vl-map-host');
  await expect(host).toBeVisible();
  await expect(host).toHaveAttribute('data-frames', /\d+/);
  return host;
}

/** Drag along places given as shares of the element. */
export async function drag(
  page: IJupyterLabPageFixture,
  target: Locator,
  path: readonly (readonly [number, number])[]
): Promise<void> {
  const box = (await target.boundingBox())!;
  const at = ([x, y]: readonly [number, number]): [number, number] => [
    box.x + x * box.width,
    box.y + y * box.height
  ];
  await page.mouse.move(...at(path[0]));
  await page.mouse.down();
  for (const place of path.slice(1)) {
    await page.mouse.move(...at(place), { steps: 4 });
  }
  await page.mouse.up();
}

/** Give the samples of a dataset vectors: those with the same remainder by four are alike. */
export async function putVectors(
  page: IJupyterLabPageFixture,
  dataset: string,
  count: number
): Promise<void> {
  const stream = execFileSync('python', ['ui-tests/vectors.py', `${count}`], {
    cwd: path.resolve(__dirname, '../..')
  });
  const status = await page.evaluate(
    async ([slug, base64]) => {
      const token = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
      const response = await fetch(
        `/visionlens/api/v1/datasets/${slug}/spaces/places/vectors?level=samples&model=matrix`,
        {
          method: 'PUT',
          headers: { 'X-XSRFToken': token },
          body: Uint8Array.from(atob(base64), c => c.charCodeAt(0))
        }
      );
      return response.status;
    },
    [dataset, stream.toString('base64')] as const
  );
  expect(status).toBeLessThan(300);
}
