/** What the specs of the panels share: the dataset of the demonstration, and how to reach things. */
import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

export const COUNT = 240;

/** Show the sidebar with the datasets. */
export async function datasetsPanel(
  page: IJupyterLabPageFixture
): Promise<Locator> {
  await page.sidebar.openTab('visionlens-datasets');
  const panel = page.locator('#visionlens-datasets');
  await expect(panel.locator('.vl-header-line')).toBeVisible();
  return panel;
}

/** Ingest a folder over REST unless its dataset is there, and wait until it is ready. */
export async function haveDataset(
  page: IJupyterLabPageFixture,
  source: string,
  name: string
): Promise<void> {
  const api = async (path: string, body?: unknown): Promise<any> =>
    page.evaluate(
      async ([address, data]) => {
        const { serverSettings } = window.jupyterapp.serviceManager;
        const token = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
        const answer = await fetch(
          `${serverSettings.baseUrl}visionlens/api/v1/${address}`,
          {
            method: data ? 'POST' : 'GET',
            headers: { 'X-XSRFToken': token },
            body: data as string | null
          }
        );
        return answer.json();
      },
      [path, body ? JSON.stringify(body) : null] as const
    );
  const info = async (): Promise<any> =>
    (await api('datasets')).datasets.find((each: any) => each.dataset === name);
  if ((await info()) === undefined) {
    await api('jobs', { kind: 'ingest', ingest: { source, name } });
  }
  // Before its ingest begins it is ready, too, but came from nowhere.
  await expect
    .poll(
      async () => {
        const { state, source: read } = (await info()) ?? {};
        return state === 'ready' && !!read;
      },
      { timeout: 120_000 }
    )
    .toBe(true);
}

/** Open the demonstration dataset; its grid. */
export async function openGrid(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.goto();
  await haveDataset(page, 'street', 'street');
  await datasetsPanel(page);
  await page
    .locator('.vl-card', { hasText: 'street' })
    .locator('.vl-card-open')
    .click();
  const grid = page.locator('.vl-grid:visible');
  await expect(grid.locator('.vl-tile img').first()).toBeVisible();
  return grid;
}

/** Drop files on an element, as a desktop would. */
export async function dropFiles(
  target: Locator,
  files: { name: string; type: string; base64: string }[]
): Promise<void> {
  await target.evaluate((node, given) => {
    const data = new DataTransfer();
    for (const { name, type, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    for (const kind of ['dragenter', 'dragover', 'drop']) {
      node.dispatchEvent(
        new DragEvent(kind, {
          dataTransfer: data,
          bubbles: true,
          cancelable: true
        })
      );
    }
  }, files);
}
