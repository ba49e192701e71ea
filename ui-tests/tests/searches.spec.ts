/** Searches from everywhere: duplicates, points, the menu; images dropped to search by. */
import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { drawnMap, haveProjections } from './maps';
import { COUNT, haveDataset } from './panels';

test.use({ autoGoto: false });

const MEMBER = {
  distance: 0,
  confidence: 1,
  transform: 'identical',
  split: null
};

/** One group: two samples that are one picture. */
const DUPLICATES = {
  kind: 'near',
  created_at: '2026-01-01T00:00:00Z',
  total: 1,
  samples: 2,
  leaks: 0,
  leak_pairs: {},
  groups: [
    {
      group: 0,
      leak: false,
      members: [
        { ...MEMBER, sample_id: 4, best: true },
        { ...MEMBER, sample_id: 7, best: false }
      ]
    }
  ]
};

/** Drag an image of the desktop to a share of an element's width. */
async function dragImage(target: Locator, share: number): Promise<void> {
  await target.evaluate((node, at) => {
    const { left, top, width } = node.getBoundingClientRect();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'a.jpg', { type: 'image/jpeg' }));
    node.dispatchEvent(
      new DragEvent('dragover', {
        dataTransfer,
        bubbles: true,
        cancelable: true,
        clientX: left + at * width,
        clientY: top + 20
      })
    );
  }, share);
}

test('outliers, what is like a duplicate, like a point; drops say what they do', async ({
  page
}) => {
  await page.goto();
  await haveDataset(page, 'street', 'alike');
  await haveProjections(page, 'alike');
  await page.route(/\/duplicates\?/, route =>
    route.fulfill({ json: DUPLICATES })
  );
  const run = (command: string, args = {}): Promise<void> =>
    page.evaluate(
      async ([id, given]) => {
        await window.jupyterapp.commands.execute(id, given);
      },
      [command, args] as const
    );
  await run('visionlens:open', { dataset: 'alike' });
  const grid = page.locator('.vl-grid');
  const bar = grid.locator('.vl-search-bar');
  const menu = (name: string): Locator =>
    page.locator('.lm-Menu-item', { hasText: name });

  await run('visionlens:outliers');
  await expect(bar).toContainText('Farthest from all others');
  await expect(grid.locator('.vl-header-line')).toContainText(
    `100 of ${COUNT} samples`
  );
  await dragImage(grid, 0.9);
  await expect(page.locator('.vl-drop .vl-mod-pointed')).toHaveText(
    /^Search by this image/
  );
  await dragImage(grid, 0.1);
  await expect(page.locator('.vl-drop .vl-mod-pointed')).toHaveText(
    /copied into alike$/
  );
  await grid.dispatchEvent('dragleave');

  // Behind the grid's tab; what is found comes to the front.
  await run('visionlens:open-duplicates');
  await page
    .locator('.vl-duplicates-member[data-sample="7"]')
    .click({ button: 'right' });
  await menu('Find Similar').click();
  await expect(grid.locator('.vl-tile').first()).toHaveAttribute(
    'data-id',
    '7'
  );
  await expect(bar.locator('img')).toHaveCount(1);
  await expect(page.locator('.vl-filters-body .vl-chips')).toContainText(
    'Search: like 1 example'
  );

  await grid.getByRole('button', { name: 'Map', exact: true }).click();
  const host = await drawnMap(page);
  await dragImage(host, 0.5);
  await expect(page.locator('.vl-map-stage .vl-drop')).toHaveText(
    'Search by this image'
  );
  await host.dispatchEvent('dragleave');
  await host.click({ button: 'right' });
  await menu('Outliers').click();
  await expect(bar).toContainText('Farthest from all others');
});
