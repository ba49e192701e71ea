/** A lasso around the middle of the map, and what should be in it. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { drag, places } from './maps';

/** Corners of the circle. */
const CORNERS = 40;
/** Share of the panel's shorter side. */
const RADIUS = 0.3;
/** So near to the line, in pixels, a point may count or not. */
const TOLERANCE = 4;
type Size = { width: number; height: number };

function circle({ width, height }: Size): [number, number][] {
  const radius = RADIUS * Math.min(width, height);
  return Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    return [
      0.5 + (radius * Math.cos(angle)) / width,
      0.5 + (radius * Math.sin(angle)) / height
    ];
  });
}

/** Draw the circle. */
export async function drawLasso(
  page: IJupyterLabPageFixture,
  host: Locator
): Promise<void> {
  await drag(page, host, circle((await host.boundingBox())!));
}

/** Ids of points that lie in the circle, and that lie in it or on its line, while the map shows all. */
export function expectedIn(
  points: Float32Array,
  size: Size
): { sure: number[]; possible: number[] } {
  const { width, height } = size;
  const within = (most: number): number[] =>
    places(points, size)
      .filter(({ x, y }) => Math.hypot(x - width / 2, y - height / 2) <= most)
      .map(({ id }) => id);
  const radius = RADIUS * Math.min(width, height);
  return {
    sure: within(radius - TOLERANCE),
    possible: within(radius + TOLERANCE)
  };
}

/** Milliseconds since 1970. */
interface ITimes {
  /** The pointer went up. */
  readonly up: number;
  /** The text changed after it. */
  readonly changed: number;
  /** Requests to our API left. */
  readonly asked: readonly number[];
}

/** Watch an element's text from now on; what is returned tells what came of it. */
export async function watchText(
  element: Locator
): Promise<() => Promise<ITimes>> {
  const page = element.page();
  const session = await page.context().newCDPSession(page);
  const asked: number[] = [];
  session.on('Network.requestWillBeSent', ({ request, wallTime }) => {
    if (request.url.includes('visionlens/api')) {
      asked.push(1000 * wallTime);
    }
  });
  await session.send('Network.enable');
  await element.evaluate(node => {
    const seen = ((window as any).vlSeen = { up: 0, changed: 0 });
    window.addEventListener('pointerup', () => (seen.up = Date.now()), {
      capture: true,
      once: true
    });
    const observer = new MutationObserver(() => {
      if (seen.up > 0) {
        seen.changed = Date.now();
        observer.disconnect();
      }
    });
    observer.observe(node, {
      subtree: true,
      childList: true,
      characterData: true
    });
  });
  return async () => {
    const seen = await page.evaluate(() => (window as any).vlSeen);
    await session.detach();
    return { ...seen, asked };
  };
}
