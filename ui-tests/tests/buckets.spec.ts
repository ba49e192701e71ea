/** A dataset in a bucket: found by browsing, credentials that end in its midst, signing in again, complete. */
import { expect, test, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import { json, view } from './api';
import { COUNT, datasetsPanel } from './panels';
import { picture } from './pictures';
import { deleteDataset } from './server';

test.use({ autoGoto: false, viewport: { width: 1440, height: 900 } });

const NAME = 'far away';
const SLUG = 'far-away';
const BUCKET = `http://127.0.0.1:${
  Number(process.env.VISIONLENS_TEST_PORT ?? '8871') + 1000
}`;

/** From now on the bucket fails so; nothing named: not at all. */
async function failAs(
  page: IJupyterLabPageFixture,
  faults: Record<string, unknown>
): Promise<void> {
  const answer = await page.request.post(BUCKET, { data: faults });
  expect(answer.ok()).toBe(true);
}

test('a bucket is browsed, signed in to again, and complete', async ({
  page
}) => {
  await page.goto();
  const panel = await datasetsPanel(page);
  await panel.getByRole('button', { name: 'Add dataset' }).click();
  const source = panel.getByLabel('Folder or file on the server');

  // typed addresses are completed
  await source.pressSequentially('gs://ph', { delay: 40 });
  await panel
    .getByRole('option', { name: 'gs://photos/', exact: true })
    .click();
  await panel
    .getByRole('option', { name: 'gs://photos/street/', exact: true })
    .click();
  await expect(
    panel.getByRole('option', { name: 'gs://photos/street/images/' })
  ).toBeVisible();
  await source.press('Escape');

  // the browser of folders walks it, and says where somebody must sign in
  await panel.getByRole('button', { name: 'Browse' }).click();
  await panel.getByLabel('Places').selectOption('gs://photos/street');
  const images = panel.locator('.vl-browser-list li', { hasText: 'images' });
  await expect(images).toBeVisible();
  await failAs(page, { expires_after: 0 });
  await images.dblclick();
  const refusal = panel.locator('.vl-browser .vl-error');
  await expect(refusal).toContainText('gcloud auth application-default login');
  await picture(page, 'bucket-browser');
  await failAs(page, {});
  await refusal.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.locator('.vl-browser-foot')).toContainText('images here');

  // credentials end while the first pixels are read
  await source.fill('gs://photos/street');
  await panel.getByLabel('Name').fill(NAME);
  await expect(panel.locator('.vl-detected')).toContainText('COCO');
  await failAs(page, { latency: 0.01, expires_after: 225 });
  await panel.getByRole('button', { name: 'Ingest', exact: true }).click();
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:show-jobs')
  );
  const jobs = page.locator('.vl-jobs');
  const failed = jobs.locator('.vl-job[data-state="failed"]', {
    hasText: NAME.replace(' ', '-')
  });
  await expect(failed).toContainText('gcloud auth application-default login');
  await expect(
    failed.getByRole('button', { name: 'Sign in again' })
  ).toBeVisible();
  await picture(page, 'bucket-job');

  // the grid says so, not with broken pictures
  const card = panel.locator('.vl-card', { hasText: NAME });
  await card.locator('.vl-card-open').click();
  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  await expect(grid.locator('.vl-error')).toContainText('Signed out');
  const first = grid.locator('.vl-tile[data-index="0"]');
  await expect(first.locator('img')).toBeVisible();
  const { ids } = await view(page, SLUG, { level: 'samples' });
  expect(ids.length).toBeGreaterThan(0);
  await grid.locator('.vl-grid-scroller').evaluate(element => {
    element.scrollTop = element.scrollHeight;
  });
  const last = grid.locator(`.vl-tile[data-index="${ids.length - 1}"]`);
  await expect(last).toContainText('Signed out: sign in again');
  await last.hover();
  await expect(page.locator('.vl-hover-card')).toContainText('Signed out');
  await picture(page, 'bucket-grid', () => last.hover());

  // the image itself
  await last.dblclick();
  const sample = page.locator('.vl-viewer');
  await expect(sample.locator('.vl-error')).toContainText('Signed out');
  await picture(page, 'bucket-sample');

  // a terminal with the command
  await sample.getByRole('button', { name: 'Sign in again' }).click();
  await expect(page.locator('.jp-Terminal').first()).toBeVisible();
  await picture(page, 'bucket-terminal');

  // signed in: everything goes on, nothing is doubled
  await failAs(page, {});
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:show-jobs')
  );
  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect
    .poll(async () => (await json(page, `datasets/${SLUG}`)).state, {
      timeout: 120_000
    })
    .toBe('ready');
  const detail = await json(page, `datasets/${SLUG}`);
  expect(detail.samples).toBe(COUNT);
  const whole = await view(page, SLUG, { level: 'samples' });
  expect(new Set(whole.ids).size).toBe(COUNT);
  expect(whole.ids.slice(0, ids.length)).toEqual(ids);
  await expect(grid.locator('.vl-error')).toHaveCount(0);
  await deleteDataset(page, SLUG);
});
