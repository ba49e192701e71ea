import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient, ISettings, IThumbnail } from '../../client/context';
import type { ITile } from '../../client/types';
import { OverlayCanvas } from '../../overlays/OverlayCanvas';
import {
  cropAround,
  placeImage,
  placeRect,
  type IPlacement,
  type ISize
} from '../../components/placement';
import { SharpCrop, sharpCrop } from './SharpCrop';
import { type Thumbnails, useThumbnail } from './thumbnails';
import { tileShapes, type IShape, type Skeletons } from '../../overlays/shapes';

interface IProps {
  readonly tile: ITile;
  readonly size: ISize;
  readonly dataset: string;
  readonly client: Pick<IClient, 'cropUrl'>;
  readonly thumbnails: Thumbnails;
  /** Show the tile's annotation instead of the whole image. */
  readonly crop: boolean;
  readonly settings: ISettings;
  readonly skeletons: Skeletons;
  /** Whether the view has conditions that annotations meet or not. */
  readonly judged: boolean;
  /** Said where there is no thumbnail. */
  readonly missing: string;
  readonly scrolling: () => boolean;
  readonly trans: TranslationBundle;
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
  return own && own.geometry.kind !== 'image'
    ? placeRect(cropAround(own.rect), size)
    : placeImage({ width, height }, size);
}

/** Why there is no picture. */
function Missing(props: {
  text: string;
  style: React.CSSProperties;
}): JSX.Element {
  return (
    <div className="vl-tile-placeholder" style={props.style}>
      <span className="vl-tile-missing">{props.text}</span>
    </div>
  );
}

/** The thumbnail over its dominant colour. */
function Thumbnail(props: {
  thumbnails: Thumbnails;
  thumbnail: IThumbnail;
  style: React.CSSProperties;
  scrolling: () => boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { thumbnails, thumbnail, style, trans, scrolling } = props;
  const url = useThumbnail(thumbnails, thumbnail, scrolling);
  const [failed, setFailed] = React.useState<string | null>(null);
  if (url === null || (url !== undefined && failed === url)) {
    return <Missing text={trans.__('Not readable')} style={style} />;
  }
  return (
    <img
      src={url}
      style={style}
      decoding="async"
      draggable={false}
      alt=""
      onError={() => url && setFailed(url)}
    />
  );
}

/** Placeholder colour, thumbnail and overlay of one tile. */
export const TileImage = React.memo(function TileImage(
  props: IProps
): JSX.Element {
  const { tile, size, dataset, client, crop, settings } = props;
  const { judged, skeletons } = props;
  const all = React.useMemo(
    () => tileShapes(tile, judged, skeletons),
    [tile, judged, skeletons]
  );
  const shapes = React.useMemo(
    () => (settings.onlyMatching ? all.filter(shape => shape.matching) : all),
    [all, settings.onlyMatching]
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
  const picture = { ...frame, backgroundColor: tile.color ?? undefined };
  const sharp =
    crop && placement !== null
      ? sharpCrop(tile, placement, size, window.devicePixelRatio)
      : null;
  return (
    <div
      className="vl-tile-image"
      style={{ width: size.width, height: size.height }}
    >
      {tile.thumbnail === null ? (
        <Missing text={props.missing} style={picture} />
      ) : (
        <Thumbnail
          thumbnails={props.thumbnails}
          thumbnail={{ sampleId: tile.sample_id, version: tile.thumbnail }}
          style={picture}
          scrolling={props.scrolling}
          trans={props.trans}
        />
      )}
      {sharp !== null && (
        <SharpCrop
          crop={sharp}
          dataset={dataset}
          annotationId={tile.id}
          client={client}
        />
      )}
      {settings.overlays && placement !== null && shapes.length > 0 && (
        <OverlayCanvas
          size={size}
          shapes={shapes}
          placement={placement}
          labels={settings.labels ? 'roomy' : 'none'}
          confidences={settings.confidences}
          fill={settings.outlineOnly ? 0 : settings.opacity}
          lineWidth={size.width < 120 ? 1 : 1.5}
        />
      )}
    </div>
  );
});
