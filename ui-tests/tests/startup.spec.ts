/** What the extension costs a Lab that never opens one of its panels. */
import { expect, test } from '@jupyterlab/galata';

test.use({ autoGoto: false });

const LIMIT = 50_000;

test('start-up loads less than 50 kB of ours', async ({ page }) => {
  const sizes: Record<string, number> = {};
  page.on('response', async response => {
    const name = /extensions\/visionlens-jlab\/static\/([^?]+\.js)/.exec(
      response.url()
    )?.[1];
    if (name) {
      sizes[name] = (await response.body()).length;
    }
  });
  await page.goto();
  await page.waitForTimeout(2000);
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log('start-up chunks', sizes, total);
  expect(Object.keys(sizes)).toContainEqual(
    expect.stringMatching(/^remoteEntry/)
  );
  expect(total).toBeLessThan(LIMIT);
});
