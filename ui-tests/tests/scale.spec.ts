/** A dataset of 100,000 samples and 700,000 annotations feels like a small one. */
import { expect, test } from '@jupyterlab/galata';
import { execFileSync } from 'child_process';
import * as path from 'path';
import {
  heap,
  mean,
  rendererMemory,
  requests,
  thumbnailRequests
} from './measure';
import { clearDatasets, deleteDataset, serverRoot } from './server';

test.use({ autoGoto: false });

const SAMPLES = 100_000;
/** Tiles to scroll by. */
const TILES = 5_000;
/** Pixels per turn of the wheel. */
const STEP = 360;
const MEMORY_MB = 500;
const REPOSITORY = path.resolve(__dirname, '../..');

test('100,000 images: first tiles, scrolling, memory', async ({
  page,
  browser
}) => {
  await page.goto();
  await clearDatasets(page);
  const data = path.join(await serverRoot(page), '.visionlens');
  const made = execFileSync(
    'python',
    ['benchmarks/large.py', data, String(SAMPLES), 'large'],
    { cwd: REPOSITORY, env: { ...process.env, PYTHONPATH: REPOSITORY } }
  );
  console.log(String(made).trim());
  await page.evaluate(() => performance.setResourceTimingBufferSize(50_000));
  const session = await page.context().newCDPSession(page.context().pages()[0]);

  await page.sidebar.openTab('visionlens-datasets');
  const card = page.locator('.vl-card', { hasText: 'large' });
  await expect(card).toContainText('100,000 samples');

  // From the click until every tile on the screen shows its picture.
  const times = await page.evaluate(async () => {
    const drawn = (): number =>
      [...document.querySelectorAll<HTMLImageElement>('.vl-tile img')].filter(
        image => image.complete && image.naturalWidth > 0
      ).length;
    const button = document.querySelector<HTMLElement>('.vl-card-open')!;
    const start = performance.now();
    button.click();
    let first = 0;
    let last = 0;
    while (last === 0 && performance.now() - start < 30_000) {
      await new Promise(resolve => requestAnimationFrame(resolve));
      first ||= drawn() >= 6 ? performance.now() - start : 0;
      const tiles = document.querySelectorAll('.vl-tile').length;
      last = tiles > 0 && drawn() === tiles ? performance.now() - start : 0;
    }
    return { first, last };
  });
  console.log('click to first thumbnails, to a full screen (ms)', times);
  console.log(await requests(page));
  expect(times.first).toBeGreaterThan(0);

  const grid = page.locator('.vl-grid');
  await expect(grid.locator('.vl-header-line')).toHaveText(
    '100,000 of 100,000 samples, 0 selected'
  );
  const tiles = grid.locator('.vl-tile');
  const columns = Number(
    await page.getByRole('grid').getAttribute('aria-colcount')
  );
  const before = {
    heap: await heap(session),
    renderer: await rendererMemory(browser)
  };

  const scrolled = await page.evaluate(
    async ({ wanted, step }) => {
      const scroller = document.querySelector('.vl-grid-scroller')!;
      const start = performance.now();
      /** By tile on the screen: since when; negative: how long until its picture was there. */
      const seen = new Map<string, number>();
      let last = 0;
      let fewest = Infinity;
      let most = 0;
      const look = (): void => {
        const now = performance.now();
        const { top, bottom } = scroller.getBoundingClientRect();
        const drawn = document.querySelectorAll<HTMLElement>('.vl-tile');
        fewest = Math.min(fewest, drawn.length);
        most = Math.max(most, drawn.length);
        last = Number(drawn[drawn.length - 1].dataset.index);
        for (const tile of drawn) {
          const box = tile.getBoundingClientRect();
          const index = tile.dataset.index!;
          if (box.bottom > top && box.top < bottom && !seen.has(index)) {
            seen.set(index, now);
          }
          const since = seen.get(index) ?? -1;
          const image = tile.querySelector('img');
          if (since >= 0 && image?.complete && image.naturalWidth > 0) {
            seen.set(index, since - now - 1);
          }
        }
      };
      while (last < wanted && performance.now() - start < 100_000) {
        scroller.scrollTop += step;
        // about as fast as a hand turns a wheel
        const next = performance.now() + 50;
        do {
          await new Promise(resolve => requestAnimationFrame(resolve));
          look();
        } while (performance.now() < next);
      }
      const ms = performance.now() - start;
      const waited = [...seen.values()].filter(time => time < 0);
      return {
        last,
        fewest,
        most,
        ms,
        waited: waited.map(time => -time - 1),
        unseen: seen.size - waited.length
      };
    },
    { wanted: TILES, step: STEP }
  );
  expect(scrolled.last).toBeGreaterThanOrEqual(TILES);
  await expect(tiles.last().locator('img')).toHaveJSProperty('complete', true);
  const after = {
    heap: await heap(session),
    renderer: await rendererMemory(browser)
  };
  const asked = await thumbnailRequests(page);
  const waited = [...scrolled.waited].sort((a, b) => a - b);
  console.log(
    `${scrolled.last + 1} tiles in ${(scrolled.ms / 1000).toFixed(1)} s;`,
    `DOM tiles ${scrolled.fewest} to ${scrolled.most};`,
    `${asked.ms.length} requests for thumbnails answered in ${mean(asked.ms).toFixed(0)} ms`,
    `(${(asked.bytes / 1e6).toFixed(0)} MB);`,
    `a tile on the screen shows its picture after ${mean(waited).toFixed(0)} ms,`,
    `95% ${waited[Math.floor(0.95 * waited.length)].toFixed(0)} ms,`,
    `${scrolled.unseen} of ${waited.length + scrolled.unseen} passed before`
  );
  console.log('MB before', before, 'after', after);

  // Rows of the screen with those above and below, and the row with the keyboard's tile.
  expect(scrolled.most - scrolled.fewest).toBeLessThanOrEqual(5 * columns);
  expect(scrolled.most).toBeLessThan(200);
  // How many pictures come before their tile has passed is the machine's affair.
  expect(waited.length).toBeGreaterThan(0);
  expect(waited.length + scrolled.unseen).toBeGreaterThan(0.9 * TILES);
  // One request for many: a browser has six connections to a server.
  expect(asked.ms.length).toBeLessThan((waited.length + scrolled.unseen) / 5);
  expect(after.heap).toBeLessThan(MEMORY_MB);
  expect(after.renderer).toBeLessThan(MEMORY_MB);

  await page.getByRole('grid').focus();
  await tiles.first().focus();
  await page.keyboard.press('End');
  await expect(tiles.last()).toHaveAttribute('data-index', String(SAMPLES - 1));
  await expect(tiles.last().locator('img')).toHaveJSProperty('complete', true);
  await deleteDataset(page, 'large');
});
