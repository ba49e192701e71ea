/** A projection with known places for the specs of the map. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { execFileSync } from 'child_process';
import * as path from 'path';

/** Points of the demonstration dataset: four clouds, an id's cloud is its remainder by four. */
export function places(count: number, dimensions: 2 | 3 = 2): Float32Array {
  const values = new Float32Array(count * dimensions);
  for (let id = 0; id < count; id++) {
    const angle = id * 2.399963;
    const radius = 0.9 * Math.sqrt(((id * 7919) % count) / count);
    const corner = id % 4;
    const at = id * dimensions;
    values[at] = (corner % 2 === 0 ? -3 : 3) + radius * Math.cos(angle);
    values[at + 1] = (corner < 2 ? -2 : 2) + radius * Math.sin(angle);
    if (dimensions === 3) {
      values[at + 2] = radius * Math.cos(3 * angle);
    }
  }
  return values;
}

/** Answer for the server where it has no projection of its own. */
export async function stubProjection(
  page: IJupyterLabPageFixture,
  count: number,
  dimensions: 2 | 3 = 2
): Promise<void> {
  await page.route(/\/datasets\/[^/]+\/projections(\?|$)/, route =>
    route.fulfill({
      json: {
        projections: [
          {
            projection: 'p1',
            space: 'places',
            level: 'samples',
            method: 'umap',
            dimensions,
            parameters: {},
            rows: count,
            preview: false,
            warning: null,
            created_at: '2026-01-01T00:00:00Z'
          }
        ]
      }
    })
  );
  await page.route(/\/projections\/p1\/points(\?|$)/, route =>
    route.fulfill({
      contentType: 'application/octet-stream',
      body: Buffer.from(places(count, dimensions).buffer)
    })
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
