/** The server of the tests from outside: its folders, its API. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';

/** The folder that Lab serves. */
export async function serverRoot(
  page: IJupyterLabPageFixture
): Promise<string> {
  const config = await page
    .locator('#jupyter-config-data')
    .evaluate(node => JSON.parse(node.textContent ?? '{}'));
  return config.serverRoot as string;
}

/** Remove a dataset, so that other tests find the server as it was. */
export async function deleteDataset(
  page: IJupyterLabPageFixture,
  dataset: string
): Promise<void> {
  const status = await page.evaluate(async slug => {
    const token = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
    const response = await fetch(`/visionlens/api/v1/datasets/${slug}`, {
      method: 'DELETE',
      headers: { 'X-XSRFToken': token }
    });
    return response.status;
  }, dataset);
  expect(status).toBeLessThan(300);
}

/** Remove every dataset: what other tests left must not be met. */
export async function clearDatasets(
  page: IJupyterLabPageFixture
): Promise<void> {
  const slugs = await page.evaluate(async () => {
    const answer = await fetch('/visionlens/api/v1/datasets');
    const { datasets } = await answer.json();
    return datasets.map((info: { dataset: string }) => info.dataset);
  });
  for (const slug of slugs) {
    await deleteDataset(page, slug);
  }
}
