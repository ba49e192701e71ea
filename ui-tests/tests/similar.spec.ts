/** Find similar: from a context menu to a view in the order of its scores, and back with undo. */
import { expect, test } from '@jupyterlab/galata';
import { putVectors } from './maps';
import { COUNT, haveDataset } from './panels';
import { picture } from './pictures';

test.use({ autoGoto: false });

test('what is like a tile, more, less, and undone', async ({ page }) => {
  await page.goto();
  await haveDataset(page, 'street', 'alike');
  await putVectors(page, 'alike', COUNT);
  let answer = (): void => undefined;
  const asked = new Promise<void>(resolve => (answer = resolve));
  await page.route(/alike\/tiles/, async route => {
    await asked;
    await route.continue();
  });
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:open', { dataset: 'alike' })
  );
  const grid = page.locator('.vl-grid');
  const bar = grid.locator('.vl-search-bar');
  const header = grid.locator('.vl-header-line');
  const tiles = grid.locator('.vl-tile');
  const menu = (name: string) =>
    page.locator('.lm-Menu-item', { hasText: name });
  const five = grid.getByTestId('tile-5');
  // What is in the tile changes while its menu is open.
  await five.click({ button: 'right' });
  await expect(five).toHaveAttribute('aria-busy', 'true');
  answer();
  await expect(five).toHaveAttribute('aria-busy', 'false');
  await menu('Find Similar').click();
  await expect(header).toContainText(`100 of ${COUNT} samples`);
  await expect(tiles.first()).toHaveAttribute('data-id', '5');
  const ids = await tiles.evaluateAll(nodes =>
    nodes.slice(0, 12).map(node => Number((node as HTMLElement).dataset.id))
  );
  expect(ids.map(id => id % 4)).toEqual(new Array(12).fill(1));

  await bar.getByLabel(/^Found at most/).fill('60');
  await bar.getByLabel(/^Found at most/).press('Enter');
  await expect(header).toContainText(`60 of ${COUNT} samples`);
  await tiles.nth(1).click({ button: 'right' });
  await menu('More Like This').click();
  await expect(bar.locator('img')).toHaveCount(2);
  await picture(page, 'similar');
  await tiles.nth(2).click({ button: 'right' });
  await menu('Less Like This').click();
  await expect(bar.getByText('but not')).toBeVisible();
  await bar
    .getByRole('button', { name: /from the search$/ })
    .last()
    .click();
  await expect(bar.getByText('but not')).toHaveCount(0);
  await bar.getByText('End search').click();
  await expect(bar).toHaveCount(0);
  await expect(header).toContainText(`${COUNT} of ${COUNT}`);
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:undo-view')
  );
  await expect(bar.locator('img')).toHaveCount(2);
});
