import * as React from 'react';
import type { IThumbnail } from '../../client/context';
import type { Thumbnails } from './thumbnails';

/** How long a tile must stay while the grid scrolls before its image is asked for, in milliseconds. */
const REST = 60;

/**
 * The address of a tile's thumbnail; undefined: on its way, null: there is none.
 *
 * While `scrolling`, one that is not here yet waits a moment, so that tiles which only pass ask
 * for nothing.
 */
export function useThumbnail(
  thumbnails: Thumbnails,
  thumbnail: IThumbnail,
  scrolling: () => boolean
): string | null | undefined {
  const { sampleId, version } = thumbnail;
  const [url, setUrl] = React.useState(() => thumbnails.get(thumbnail));
  React.useEffect(() => {
    const wanted = { sampleId, version };
    let letGo: (() => void) | undefined;
    const hold = (): void => {
      letGo = thumbnails.hold(wanted, setUrl);
    };
    const here = thumbnails.get(wanted);
    setUrl(here);
    const wait = here === undefined && scrolling();
    const timer = wait ? window.setTimeout(hold, REST) : undefined;
    if (!wait) {
      hold();
    }
    return () => {
      window.clearTimeout(timer);
      letGo?.();
    };
  }, [thumbnails, sampleId, version, scrolling]);
  return url;
}
