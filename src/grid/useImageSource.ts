import * as React from 'react';

/** How long a tile must stay while the grid scrolls before its image is asked for, in milliseconds. */
const REST = 60;
const REMEMBERED = 5000;

/** Images that came once: the browser has them at hand. */
const arrived = new Set<string>();

function remember(url: string): void {
  arrived.delete(url);
  arrived.add(url);
  if (arrived.size > REMEMBERED) {
    arrived.delete(arrived.values().next().value as string);
  }
}

/**
 * Load an image only if its tile is there to stay.
 *
 * While `scrolling`, an image that is new to the browser waits a moment; one whose tile leaves
 * before it has come is not loaded any further. `wait` is the moment in milliseconds, asked for
 * whether the grid scrolls or not where it is given.
 */
export function useImageSource(
  url: string,
  scrolling: () => boolean,
  wait?: number
): {
  readonly ref: React.RefObject<HTMLImageElement>;
  readonly src: string | undefined;
  readonly onLoad: () => void;
} {
  const ref = React.useRef<HTMLImageElement>(null);
  const [ready, setReady] = React.useState<string | null>(() =>
    arrived.has(url) || (wait === undefined && !scrolling()) ? url : null
  );
  React.useEffect(() => {
    if (ready === url) {
      return;
    }
    const atOnce = arrived.has(url) || (wait === undefined && !scrolling());
    const delay = atOnce ? 0 : (wait ?? REST);
    const timer = window.setTimeout(() => setReady(url), delay);
    return () => window.clearTimeout(timer);
  }, [url, ready, scrolling, wait]);
  React.useLayoutEffect(() => {
    const image = ref.current;
    return () => {
      if (image !== null && !image.complete) {
        image.removeAttribute('src');
      }
    };
  }, []);
  return {
    ref,
    src: ready === url ? url : undefined,
    onLoad: () => remember(url)
  };
}
