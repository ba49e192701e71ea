/** Every panel has the room it needs, whatever is opened in whatever order, at three sizes. */
import { expect, type IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import { openGrid } from './panels';

test.use({ autoGoto: false });

/** CSS pixels; what the panels promise. */
const LEAST: Record<string, number> = {
  grid: 360,
  map: 360,
  sample: 420,
  duplicates: 480,
  evaluation: 480
};
const COMMANDS: Record<string, string> = {
  grid: 'visionlens:open-grid',
  map: 'visionlens:open-map',
  sample: 'visionlens:open-sample',
  duplicates: 'visionlens:open-duplicates',
  evaluation: 'visionlens:open-evaluation'
};
const SIZES = [
  { width: 1366, height: 768 },
  { width: 1600, height: 960 },
  { width: 1920, height: 1080 }
];
const ORDERS = 20;

/** A shuffle that is the same in every run. */
function order(seed: number): string[] {
  const kinds = Object.keys(LEAST);
  let state = seed + 1;
  for (let i = kinds.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [kinds[i], kinds[j]] = [kinds[j], kinds[i]];
  }
  return kinds;
}

interface IShown {
  kind: string;
  left: number;
  right: number;
  /** What was done before. */
  after: string;
}

/** Open the panels one after the other, then bring each to the front; what stood there each time. */
async function readings(
  page: IJupyterLabPageFixture,
  kinds: string[]
): Promise<IShown[][]> {
  return page.evaluate(
    async ([order, ids]) => {
      const { shell, commands } = window.jupyterapp as any;
      const ours = (): any[] =>
        [...shell.widgets('main')].filter(({ id }) =>
          id.startsWith('visionlens-')
        );
      const shown = async (after: string): Promise<any[]> => {
        // Layouts and sidebars settle within a few frames.
        for (let frame = 0; frame < 3; frame++) {
          await new Promise(requestAnimationFrame);
        }
        return ours()
          .filter(({ isVisible }) => isVisible)
          .map(({ id, node }) => {
            const { left, right } = node.getBoundingClientRect();
            return { kind: id.split('-')[1], left, right, after };
          });
      };
      ours().forEach(widget => widget.close());
      const read: any[][] = [];
      for (const kind of order) {
        await commands.execute(ids[kind], { dataset: 'street' });
        read.push(await shown(`${kind} opened in ${order.join(', ')}`));
      }
      for (const widget of ours()) {
        shell.activateById(widget.id);
        read.push(await shown(`${widget.id} in front of ${order.join(', ')}`));
      }
      return read;
    },
    [kinds, COMMANDS] as const
  );
}

function expectRoom(shown: IShown[], width: number): void {
  expect(shown.length).toBeGreaterThan(0);
  for (const { kind, left, right, after } of shown) {
    const what = `${kind}: ${after}`;
    expect(Math.round(right - left), what).toBeGreaterThanOrEqual(LEAST[kind]);
    expect(left, what).toBeGreaterThanOrEqual(0);
    expect(right, what).toBeLessThanOrEqual(width);
  }
}

for (const size of SIZES) {
  test(`five panels in ${ORDERS} orders at ${size.width} x ${size.height}`, async ({
    page
  }) => {
    await page.setViewportSize(size);
    await openGrid(page);
    let most = 0;
    for (let seed = 0; seed < ORDERS; seed++) {
      const read = await readings(page, order(seed));
      expect(read).toHaveLength(10);
      read.forEach(shown => expectRoom(shown, size.width));
      most = Math.max(most, ...read.map(shown => shown.length));
    }
    // Where there is room they do stand beside each other.
    expect(most).toBe(size.width > 1400 ? 3 : 2);
  });
}

test('a sidebar that takes the room makes tabs of what stood beside each other', async ({
  page
}) => {
  await page.setViewportSize(SIZES[0]);
  await openGrid(page);
  const shown = (): Promise<number[]> =>
    page.evaluate(() =>
      [...(window.jupyterapp.shell as any).widgets('main')]
        .filter(
          ({ id, isVisible }) => isVisible && id.startsWith('visionlens-')
        )
        .map(({ node }) => node.getBoundingClientRect().right)
    );
  const run = (id: string): Promise<unknown> =>
    page.evaluate(command => window.jupyterapp.commands.execute(command), id);
  await run(COMMANDS.evaluation);
  expect(await shown()).toHaveLength(2);
  await run('visionlens:show-analyst');
  await expect(page.locator('#visionlens-analyst')).toBeVisible();
  await expect.poll(shown).toHaveLength(1);
  expect((await shown())[0]).toBeLessThanOrEqual(SIZES[0].width);
  await expect(page.locator('[id^="visionlens-evaluation-"]')).toBeVisible();
});

test('Open Sample shows the first selected image, else the first', async ({
  page
}) => {
  await openGrid(page);
  const open = (): Promise<unknown> =>
    page.evaluate(() =>
      window.jupyterapp.commands.execute('visionlens:open-sample')
    );
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('visionlens:select-all')
  );
  await open();
  const sample = page.locator('.vl-sample-body:visible');
  await expect(sample.getByRole('img').first()).toBeVisible();
  await expect(sample).not.toContainText('Double-click a tile');
});
