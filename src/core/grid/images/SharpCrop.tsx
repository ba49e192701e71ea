import * as React from 'react';
import {
  cropRegion,
  project,
  type IPlacement,
  type ISize
} from '../../components/placement';
import type { IClient } from '../../client/context';
import type { ITile } from '../../client/types';

/** Longer side of a thumbnail in pixels. */
const THUMBNAIL = 256;
/** A thumbnail enlarged by less still looks sharp. */
const ENLARGED = 1.3;
/** Sizes asked for: few, so that a window that grows asks seldom. */
const SIZES = [96, 128, 192, 256, 384, 512, 768, 1024];
/** How long a tile must stay before its crop is asked for, in milliseconds. */
const REST = 200;

interface ICrop {
  readonly version: string;
  readonly size: number;
  readonly aspect: number;
  readonly style: React.CSSProperties;
}

/** What to ask for where the thumbnail alone would be blurred; null: it is sharp enough. */
export function sharpCrop(
  tile: ITile,
  placement: IPlacement,
  size: ISize,
  pixelRatio: number
): ICrop | null {
  const { width, height, crop } = tile;
  const box = tile.boxes[0];
  if (!crop || !width || !height || !box || box.length < 4) {
    return null;
  }
  const reduced = THUMBNAIL / Math.max(width, height);
  if (reduced >= 1 || (placement.scale * pixelRatio) / reduced < ENLARGED) {
    return null;
  }
  const aspect = size.width / size.height;
  const [x, y, w, h] = box;
  const region = cropRegion({ x, y, w, h }, { width, height }, aspect);
  if (region === null) {
    return null;
  }
  const shown = project(region, placement);
  const pixels = Math.max(shown.w, shown.h) * pixelRatio;
  return {
    version: crop,
    size: SIZES.find(step => step >= pixels) ?? SIZES[SIZES.length - 1],
    aspect,
    style: { left: shown.x, top: shown.y, width: shown.w, height: shown.h }
  };
}

interface IProps {
  readonly crop: ICrop;
  readonly dataset: string;
  readonly annotationId: number;
  readonly client: Pick<IClient, 'cropUrl'>;
}

/** The annotation at full resolution, over the thumbnail once it has come. */
export function SharpCrop(props: IProps): JSX.Element | null {
  const { crop, dataset, annotationId, client } = props;
  const url = client.cropUrl(dataset, annotationId, crop);
  const [failed, setFailed] = React.useState<string | null>(null);
  const source = useImageSource(url, REST);
  return failed === url ? null : (
    <img
      {...source}
      className="vl-tile-crop"
      style={crop.style}
      decoding="async"
      draggable={false}
      alt=""
      onError={() => setFailed(url)}
    />
  );
}

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
