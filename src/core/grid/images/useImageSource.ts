import * as React from 'react';

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
 * One that is new to the browser is asked for after `wait` milliseconds; one whose tile leaves
 * before it has come is not loaded any further.
 */
export function useImageSource(
  url: string,
  wait: number
): {
  readonly ref: React.RefObject<HTMLImageElement>;
  readonly src: string | undefined;
  readonly onLoad: () => void;
} {
  const ref = React.useRef<HTMLImageElement>(null);
  const [ready, setReady] = React.useState<string | null>(() =>
    arrived.has(url) ? url : null
  );
  React.useEffect(() => {
    if (ready === url) {
      return;
    }
    const delay = arrived.has(url) ? 0 : wait;
    const timer = window.setTimeout(() => setReady(url), delay);
    return () => window.clearTimeout(timer);
  }, [url, ready, wait]);
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
