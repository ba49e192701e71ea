import * as React from 'react';
import type { ITileInfo } from '../../client/types';
import type { IPlacement, ISize } from '../../components/placement';
import {
  above,
  tileRect,
  visibleTiles,
  wantedTiles,
  type ITilePlace
} from './layout';
import { TileLoader } from './TileLoader';

interface IProps {
  readonly info: ITileInfo;
  readonly url: (place: ITilePlace) => string;
  readonly placement: IPlacement;
  /** Of the viewport, in CSS pixels. */
  readonly size: ISize;
  /** Whether pixels are shown as squares. */
  readonly pixelated: boolean;
  /** A tile was not there. */
  readonly onMissing: () => void;
}

/** The tiles in view; a coarser one stands for each that is on its way. */
export function TileCanvas(props: IProps): JSX.Element {
  const { info, url, placement, size, pixelated, onMissing } = props;
  const canvas = React.useRef<HTMLCanvasElement>(null);
  const loader = React.useRef<TileLoader | null>(null);
  const [, setChanges] = React.useState(0);
  const ratio = window.devicePixelRatio || 1;

  React.useEffect(() => {
    const made = new TileLoader(
      url,
      () => setChanges(count => count + 1),
      onMissing
    );
    loader.current = made;
    setChanges(count => count + 1);
    return () => made.close();
  }, [url, onMissing]);

  React.useEffect(() => loader.current?.retry(), [info]);
  const visible = visibleTiles(info, placement, size, ratio);
  React.useEffect(() => loader.current?.want(wantedTiles(visible, info)));
  React.useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context && loader.current) {
      context.clearRect(0, 0, size.width * ratio, size.height * ratio);
      context.imageSmoothingEnabled = !pixelated;
      context.imageSmoothingQuality = 'high';
      for (const place of visible) {
        drawTile(context, place, info, loader.current, placement, ratio);
      }
    }
  });
  return (
    <canvas
      ref={canvas}
      className="vl-tiles"
      width={Math.round(size.width * ratio)}
      height={Math.round(size.height * ratio)}
      style={size}
      data-level={visible[0]?.level}
      data-settled={visible.every(place => loader.current?.get(place))}
      aria-hidden="true"
    />
  );
}

/** Draw a tile, or its part of the coarser one that is here. */
function drawTile(
  context: CanvasRenderingContext2D,
  place: ITilePlace,
  info: ITileInfo,
  loader: TileLoader,
  { scale, x, y }: IPlacement,
  ratio: number
): void {
  let from = place;
  while (from.level < info.levels && loader.get(from) === undefined) {
    from = above(from);
  }
  const bitmap = loader.get(from);
  if (bitmap === undefined) {
    return;
  }
  const rect = tileRect(place, info);
  const whole = tileRect(from, info);
  const across = bitmap.width / whole.w;
  const down = bitmap.height / whole.h;
  // Whole pixels of the screen: no seam shows between tiles.
  const left = Math.round((rect.x * scale + x) * ratio);
  const top = Math.round((rect.y * scale + y) * ratio);
  context.drawImage(
    bitmap,
    (rect.x - whole.x) * across,
    (rect.y - whole.y) * down,
    rect.w * across,
    rect.h * down,
    left,
    top,
    Math.round(((rect.x + rect.w) * scale + x) * ratio) - left,
    Math.round(((rect.y + rect.h) * scale + y) * ratio) - top
  );
}
