/** Jobs: several, cancelled, resumed, read; and the list of keys. */
import { expect, test } from '@jupyterlab/galata';
import { COUNT, datasetsPanel, haveDataset } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

test('cancel a job, read its log, resume it, clear the list', async ({
  page
}) => {
  await page.goto();
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:show-jobs')
  );
  const jobs = page.locator('.vl-jobs');
  await expect(jobs.locator('.vl-header-line')).toBeVisible();
  const panel = await datasetsPanel(page);
  for (const name of ['first', 'second']) {
    await panel.getByRole('button', { name: 'Add dataset' }).click();
    await panel.getByLabel('Folder or file on the server').fill('street');
    await panel.getByLabel('Name').fill(name);
    await panel.getByRole('button', { name: 'Ingest', exact: true }).click();
    await expect(panel.locator('.vl-ingest')).toHaveCount(0);
  }
  const row = jobs.locator('.vl-job', { hasText: 'Ingest of second' });
  await row.getByRole('button', { name: 'Cancel' }).click();
  await expect(row.and(jobs.locator('[data-state="cancelled"]'))).toBeVisible({
    timeout: 90_000
  });
  await row.first().getByText('Log', { exact: true }).click();
  await picture(page, 'jobs');
  await row.getByRole('button', { name: 'Resume' }).first().click();
  const card = panel.locator('.vl-card[data-state="ready"]', {
    hasText: 'second'
  });
  await expect(card).toContainText(`${COUNT} samples`, { timeout: 120_000 });
  // the dataset is ready a moment before its job is over
  await expect(
    jobs.locator('[data-state="queued"], [data-state="running"]')
  ).toHaveCount(0);
  await jobs.getByRole('button', { name: 'Clear finished' }).click();
  await expect(jobs.locator('.vl-job')).toHaveCount(0);
});

test('the list of keys opens with ?', async ({ page }) => {
  await page.goto();
  await haveDataset(page, 'street', 'first');
  const panel = await datasetsPanel(page);
  await panel.getByTitle('Open first').focus();
  await page.keyboard.press('Shift+Slash');
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Select or deselect the tile');
  await picture(page, 'keys');
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});
