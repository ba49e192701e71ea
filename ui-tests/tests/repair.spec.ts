/** From labels that a run says are wrong to a run held against better ones: put right, out as YOLO, back, evaluated. */
import { expect, test, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import * as path from 'path';
import { json, view } from './api';
import { picture } from './pictures';
import { finished, haveEvaluation } from './runs';
import { deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false, actionTimeout: 30_000 });

const NAME = 'repair';
const CLASS = 'put right';

async function run(
  page: IJupyterLabPageFixture,
  command: string,
  args: Record<string, unknown> = {}
): Promise<void> {
  await page.evaluate(
    async ([id, given]) => {
      await window.jupyterapp.commands.execute(id, given as any);
    },
    [`visionlens:${command}`, args] as const
  );
}

function spec(where: string): Record<string, unknown> {
  return { level: 'annotations', where };
}

async function count(
  page: IJupyterLabPageFixture,
  dataset: string,
  where: string
): Promise<number> {
  return (await view(page, dataset, spec(where))).ids.length;
}

/** x, y, w and h of a label. */
async function box(
  page: IJupyterLabPageFixture,
  sample: number,
  id: number
): Promise<number[]> {
  const found = await json(page, `datasets/${NAME}/samples/${sample}`, {});
  const { x, y, w, h } = found.annotations.find(
    (each: any) => each.annotation_id === id
  );
  return [x, y, w, h];
}

async function drag(
  page: IJupyterLabPageFixture,
  from: { x: number; y: number },
  dx: number,
  dy: number
): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + dx / 2, from.y + dy / 2);
  await page.mouse.move(from.x + dx, from.y + dy);
  await page.mouse.up();
}

async function middle(target: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await target.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

test('labels are ranked, relabelled, drawn, moved, taken back, exported and evaluated again', async ({
  page
}) => {
  await page.goto();
  const labels = { source: 'street', name: NAME, labels_only: true };
  await finished(page, 'ingest', labels);
  const { class_list } = await json(page, `datasets/${NAME}`);
  const names: string[] = class_list.map((each: any) => each.name);
  const first = await haveEvaluation(page, 'run_a', NAME);
  const all = await count(page, NAME, 'w > 0');
  await run(page, 'open-grid', { dataset: NAME });
  await expect(page.locator('.vl-grid .vl-header-line')).toContainText('240');

  // Twenty at once, of those that are most likely wrong.
  const panels = page.locator('.vl-evaluation');
  await run(page, 'open-evaluation');
  await panels.getByRole('button', { name: 'find label errors' }).click();
  await panels.getByRole('button', { name: 'of the wrong class' }).click();
  const ranked = {
    ...spec('likely_wrong_class > 0'),
    sort: [{ field: 'likely_wrong_class', descending: true }]
  };
  const { ids } = await view(page, NAME, ranked);
  const header = page.locator('.vl-grid .vl-header-line');
  await expect(header).toContainText(`${ids.length} of`);
  const chosen = { ids: ids.slice(0, 20), level: 'annotations', name: CLASS };
  await run(page, 'relabel', chosen);
  const made = `class = '${CLASS}'`;
  expect(await count(page, NAME, made)).toBe(20);
  const toast = page.locator('.Toastify__toast');
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => count(page, NAME, made)).toBe(0);
  await run(page, 'redo-labels');
  expect(await count(page, NAME, made)).toBe(20);

  // One in its image.
  const sample = (await view(page, NAME, { where: `any(${made})` })).ids[0];
  await run(page, 'open-sample', { dataset: NAME, sample });
  const panel = page.locator('.vl-sample:visible');
  await expect(panel.locator('.vl-viewer img')).toBeVisible();
  await panel.locator('.vl-sample-body').focus();
  await page.keyboard.press('e');
  const row = panel.locator('.vl-annotations tbody tr').first();
  await row.click();
  const id = Number(await row.getAttribute('data-id'));
  const before = await box(page, sample, id);
  await drag(page, await middle(panel.locator('[data-handle="se"]')), 24, 16);
  await expect
    .poll(async () => (await box(page, sample, id))[2])
    .toBeGreaterThan(before[2]);
  await expect(panel.locator('.vl-edit-bar')).toBeInViewport();
  await picture(page, 'edit-labels', async () => row.click());
  await row.focus();
  await page.keyboard.press('z');
  await expect.poll(() => box(page, sample, id)).toEqual(before);

  await panel.locator('.vl-sample-body').focus();
  await page.keyboard.press('n');
  const { x, y } = (await panel.locator('.vl-viewer img').boundingBox())!;
  await drag(page, { x: x + 20, y: y + 20 }, 60, 40);
  await expect.poll(() => count(page, NAME, 'w > 0')).toBe(all + 1);
  await expect(panel.locator('.vl-box-handle')).toHaveCount(8);
  await panel.locator('.vl-sample-body').focus();
  await page.keyboard.press('Delete');
  await expect.poll(() => count(page, NAME, 'w > 0')).toBe(all);

  // Out, and in again.
  const folder = path.join(await serverRoot(page), 'put-right');
  await run(page, 'clear-selection');
  void run(page, 'export');
  const dialog = page.locator('.jp-Dialog');
  await dialog.getByLabel('What').selectOption('dataset');
  await dialog.getByLabel('Format').selectOption('yolo');
  await dialog.getByLabel('Folder on the server').fill(folder);
  await picture(page, 'export-dialog');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(toast.filter({ hasText: 'Exported' })).toBeVisible({
    timeout: 60_000
  });
  const repaired = { source: folder, name: 'repaired', format: 'yolo' };
  await finished(page, 'ingest', { ...repaired, labels_only: true });
  expect(await count(page, 'repaired', made)).toBe(20);
  expect(await count(page, 'repaired', 'w > 0')).toBe(all);

  // The run has no such class: it misses all twenty now.
  // COCO's class numbers begin at 1, those of YOLO at 0.
  const again = await haveEvaluation(page, 'run_a', 'repaired', {
    categories: Object.fromEntries(names.map((name, i) => [i + 1, name]))
  });
  const missed = again.per_class.find((each: any) => each.name === CLASS);
  expect([missed.support, missed.false_negatives]).toEqual([20, 20]);
  const AP50 = (of: any): number =>
    of.metrics.find((each: any) => each.name === 'AP50').value;
  expect(AP50(again)).toBeLessThan(AP50(first));
  await deleteDataset(page, 'repaired');
  await deleteDataset(page, NAME);
});
