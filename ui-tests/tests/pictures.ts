/** Pictures of the documentation, made by the tests that walk the path. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';
import * as path from 'path';

const { PICTURES, UPDATE_IMAGES } = process.env;
const FOLDER = UPDATE_IMAGES
  ? path.resolve(__dirname, '../../docs/images')
  : path.resolve(__dirname, '../test-results/images');

/**
 * Wait until everything is there. Where PICTURES or UPDATE_IMAGES is set, take the page in both
 * themes as `<name>-light.png` and `<name>-dark.png`; `show` makes again what changing the theme
 * takes away, for it takes the keyboard.
 */
export async function picture(
  page: IJupyterLabPageFixture,
  name: string,
  show?: () => Promise<void>
): Promise<void> {
  if (!PICTURES && !UPDATE_IMAGES) {
    await settled(page);
    return;
  }
  for (const theme of ['Dark', 'Light'] as const) {
    await page.theme[theme === 'Dark' ? 'setDarkTheme' : 'setLightTheme']();
    await show?.();
    await settled(page);
    const file = path.join(FOLDER, `${name}-${theme.toLowerCase()}.png`);
    const bytes = await page.screenshot({ path: file });
    expect(bytes.length).toBeGreaterThan(20_000);
  }
}

/** Wait until every picture on the screen is there and nothing is loading. */
async function settled(page: IJupyterLabPageFixture): Promise<void> {
  await expect
    .poll(async () =>
      page.evaluate(
        () =>
          [...document.querySelectorAll('.vl-panel img')].every(image => {
            const { width, top } = image.getBoundingClientRect();
            const panel = image.closest('.vl-panel')!.getBoundingClientRect();
            const visible = width > 0 && top < panel.bottom;
            const { complete, src } = image as HTMLImageElement;
            return !visible || (complete && src !== '');
          }) && !document.querySelector('.vl-panel [aria-busy="true"]')
      )
    )
    .toBe(true);
  // What a new size or theme asks for is drawn a frame or two later.
  await page.waitForTimeout(500);
}
