/** What the extension costs a Lab that never opens one of its panels. */
import { expect, test } from '@jupyterlab/galata';
import type { Response } from '@playwright/test';

test.use({ autoGoto: false });

const LIMIT = 50_000;

test('start-up loads less than 50 kB of ours', async ({ page }) => {
  const sizes: Record<string, number> = {};
  const bodies: Promise<void>[] = [];
  const measure = async (name: string, response: Response): Promise<void> => {
    sizes[name] = (await response.body()).length;
  };
  page.on('response', response => {
    const name = /extensions\/visionlens-jlab\/static\/([^?]+\.js)/.exec(
      response.url()
    )?.[1];
    if (name) {
      bodies.push(measure(name, response));
    }
  });
  // The list of jobs is the last thing a start asks for.
  const jobs = page.waitForResponse(/\/visionlens\/api\/v1\/jobs/);
  await page.goto();
  await jobs;
  await Promise.all(bodies);
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log('start-up chunks', sizes, total);
  expect(Object.keys(sizes)).toContainEqual(
    expect.stringMatching(/^remoteEntry/)
  );
  expect(total).toBeLessThan(LIMIT);
});
