/** What a page costs: memory of its heap and process, and how fast pictures come. */
import type { Browser, CDPSession, Page } from '@playwright/test';
import { readFileSync } from 'fs';

const MB = 1_000_000;

/** Used bytes of the JavaScript heap after a collection, in MB. */
export async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / MB;
}

/** Resident memory of the largest renderer process, in MB. */
export async function rendererMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    });
  return Math.max(...sizes) / MB;
}

/** The requests for screenfuls of thumbnails: milliseconds with waiting for one of the browser's
 * connections, and bytes. */
export async function thumbnailRequests(
  page: Page
): Promise<{ ms: number[]; bytes: number }> {
  return page.evaluate(() => {
    const entries = performance
      .getEntriesByType('resource')
      .filter(({ name }) =>
        new URL(name).pathname.endsWith('/thumbnails')
      ) as PerformanceResourceTiming[];
    return {
      ms: entries.map(({ duration }) => duration),
      bytes: entries.reduce((sum, entry) => sum + entry.decodedBodySize, 0)
    };
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The page's requests to our API but for single thumbnails: when each began and how long it took, in milliseconds. */
export async function requests(page: Page): Promise<string> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => /visionlens.(api|jlab.static)/.test(name))
      .filter(({ name }) => !name.endsWith('/thumbnail'))
      .map(
        ({ name, startTime, duration }) =>
          `${startTime.toFixed(0)} +${duration.toFixed(0)} ${new URL(name).pathname}`
      )
      .join('\n')
  );
}
