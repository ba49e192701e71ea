import * as React from 'react';
import type { IClient } from '../client/context';
import type { ITile } from '../client/types';
import { OverlayCanvas } from '../components/OverlayCanvas';
import {
  cropAround,
  placeImage,
  placeRect,
  type IPlacement,
  type ISize
} from '../components/placement';
import { tileShapes, type IShape } from '../components/shapes';

interface IProps {
  readonly tile: ITile;
  readonly size: ISize;
  readonly dataset: string;
  readonly client: Pick<IClient, 'thumbnailUrl'>;
  /** Show the tile's annotation instead of the whole image. */
  readonly crop: boolean;
  readonly overlays: boolean;
  readonly labels: boolean;
  /** Whether the view has conditions that annotations meet or not. */
  readonly judged: boolean;
  /** Leave out annotations that do not meet the view's conditions. */
  readonly onlyMatching: boolean;
}

/** Where the image lies in the tile; null while its size is unknown. */
function placeTile(
  { width, height, id }: ITile,
  shapes: readonly IShape[],
  size: ISize,
  crop: boolean
): IPlacement | null {
  if (!width || !height) {
    return null;
  }
  const own = crop ? shapes.find(shape => shape.id === id) : undefined;
  return own
    ? placeRect(cropAround(own.rect), size)
    : placeImage({ width, height }, size);
}

/** Placeholder colour, thumbnail and overlay of one tile. */
export const TileImage = React.memo(function TileImage(
  props: IProps
): JSX.Element {
  const { tile, size, dataset, client, crop, overlays } = props;
  const { judged, onlyMatching } = props;
  const all = React.useMemo(() => tileShapes(tile, judged), [tile, judged]);
  const shapes = React.useMemo(
    () => (onlyMatching ? all.filter(shape => shape.matching) : all),
    [all, onlyMatching]
  );
  const placement = placeTile(tile, all, size, crop);
  const frame: React.CSSProperties =
    placement === null
      ? { inset: 0, objectFit: 'contain' }
      : {
          left: placement.x,
          top: placement.y,
          width: (tile.width ?? 0) * placement.scale,
          height: (tile.height ?? 0) * placement.scale
        };
  const color = tile.color ?? undefined;
  return (
    <div
      className="vl-tile-image"
      style={{ width: size.width, height: size.height }}
    >
      {tile.thumbnail === null ? (
        <div
          className="vl-tile-placeholder"
          style={{ ...frame, backgroundColor: color }}
        />
      ) : (
        <img
          src={client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail)}
          style={{ ...frame, backgroundColor: color }}
          loading="lazy"
          decoding="async"
          draggable={false}
          alt=""
        />
      )}
      {overlays && placement !== null && shapes.length > 0 && (
        <OverlayCanvas
          size={size}
          shapes={shapes}
          placement={placement}
          labels={props.labels ? 'roomy' : 'none'}
          lineWidth={size.width < 120 ? 1 : 1.5}
        />
      )}
    </div>
  );
});
