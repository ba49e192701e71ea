/** axe on every panel, in light and dark: nothing serious, nothing critical. */
import { expect, test } from '@jupyterlab/galata';
import { violations } from './axe';
import { datasetsPanel, dropFiles, haveDataset } from './panels';

test.use({ autoGoto: false });

test('axe finds nothing serious in any panel', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto();
  await haveDataset(page, 'street', 'axe');
  const found: Record<string, string[]> = {};
  const check = async (name: string, selector: string): Promise<void> => {
    await expect(page.locator(selector).first()).toBeVisible();
    const lines = await violations(page, selector);
    if (lines.length > 0) {
      found[name] = lines;
      console.log(name, lines);
    }
  };

  const panel = await datasetsPanel(page);
  const card = panel.locator('.vl-card').first();
  await card.getByText('Report', { exact: true }).click();
  await expect(card.locator('.vl-report')).toBeVisible();
  await check('datasets and report', '#visionlens-datasets');
  await card.getByRole('button', { name: /^More about/ }).click();
  await check('menu of a dataset', '.vl-card');
  await page.keyboard.press('Escape');

  await panel.getByRole('button', { name: 'Add dataset' }).click();
  await panel.getByRole('button', { name: 'Browse' }).click();
  await panel.locator('.vl-browser-list [title$="/street"]').click();
  await expect(panel.locator('.vl-detected')).toContainText('COCO');
  await check('form and folder browser', '.vl-ingest');
  await panel.getByLabel('Folder or file on the server').fill('str');
  await expect(panel.locator('.vl-completions')).toBeVisible();
  await check('completions', '.vl-path-field');
  await panel.getByRole('button', { name: 'Cancel' }).click();

  await card.getByTitle('Open axe').click();
  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-tile').first()).toBeVisible();
  await check('grid', '.vl-grid');
  await check('filters', '#visionlens-filters-sidebar');
  for (const [kind, scope] of [
    ['.vl-grid', grid],
    ['#visionlens-filters-sidebar', page.locator('#visionlens-filters-sidebar')]
  ] as const) {
    const buttons = scope.locator('button[aria-haspopup]:not(:disabled)');
    for (let i = 0; i < (await buttons.count()); i++) {
      const button = buttons.nth(i);
      await button.click();
      if ((await scope.locator('.vl-popover').count()) > 0) {
        const name = await button.getAttribute('title');
        await check(`popover ${name} of ${kind}`, `${kind} .vl-popover`);
        await page.keyboard.press('Escape');
      }
    }
  }

  const filters = page.locator('#visionlens-filters-sidebar');
  const search = filters.getByRole('combobox', { name: 'Search names' });
  await search.fill('bus');
  await expect(filters.getByRole('option', { name: /^bus/ })).toBeVisible();
  await check('search', '#visionlens-filters-sidebar .vl-search');
  await search.press('Escape');
  await search.fill('');
  await filters.getByRole('button', { name: '+ Add condition' }).click();
  await check('condition', '.vl-condition');
  await filters.getByRole('button', { name: 'Cancel' }).click();
  await filters.getByRole('button', { name: 'SQL' }).click();
  await check('SQL', '.vl-sql');
  await filters.getByRole('button', { name: 'Close' }).click();

  // A file that is no image stays in the bar, with what is wrong with it.
  await dropFiles(grid, [
    { name: 'broken.png', type: 'image/png', base64: 'AAAA' }
  ]);
  await expect(page.locator('.vl-upload-bar')).toContainText('broken.png');
  await check('uploads', '.vl-upload-bar');
  await page.locator('.vl-upload-bar button', { hasText: 'Dismiss' }).click();

  await grid.locator('.vl-tile').first().dblclick();
  await expect(page.locator('.vl-sample-side')).toBeVisible();
  await check('sample', '.vl-sample');

  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:show-jobs')
  );
  await page.locator('.vl-jobs summary').first().click();
  await check('jobs', '.vl-jobs');
  await page.evaluate(() => {
    void window.jupyterapp.commands.execute('visionlens:show-shortcuts');
  });
  await check('keys', '.vl-shortcuts');
  expect(found).toEqual({});
});
