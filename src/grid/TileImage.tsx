import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient, ISettings } from '../client/context';
import type { ITile } from '../client/types';
import { OverlayCanvas } from '../components/OverlayCanvas';
import {
  cropAround,
  placeImage,
  placeRect,
  type IPlacement,
  type ISize
} from '../components/placement';
import { SharpCrop, sharpCrop } from './SharpCrop';
import { useImageSource } from './useImageSource';
import { tileShapes, type IShape, type Skeletons } from '../components/shapes';

interface IProps {
  readonly tile: ITile;
  readonly size: ISize;
  readonly dataset: string;
  readonly client: Pick<IClient, 'thumbnailUrl' | 'cropUrl'>;
  /** Show the tile's annotation instead of the whole image. */
  readonly crop: boolean;
  readonly settings: ISettings;
  readonly skeletons: Skeletons;
  /** Whether the view has conditions that annotations meet or not. */
  readonly judged: boolean;
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

/** The thumbnail over its dominant colour, or why there is none. */
function Thumbnail(props: {
  url: string | null;
  color: string | null;
  frame: React.CSSProperties;
  scrolling: () => boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { url, color, trans, scrolling } = props;
  const [failed, setFailed] = React.useState<string | null>(null);
  const style = { ...props.frame, backgroundColor: color ?? undefined };
  if (url === null || failed === url) {
    return (
      <div className="vl-tile-placeholder" style={style}>
        <span className="vl-tile-missing">
          {url === null ? trans.__('No preview') : trans.__('Not readable')}
        </span>
      </div>
    );
  }
  return (
    <PatientImage
      url={url}
      style={style}
      scrolling={scrolling}
      onError={() => setFailed(url)}
    />
  );
}

/** An image that is asked for once its tile rests. */
function PatientImage(props: {
  url: string;
  style: React.CSSProperties;
  scrolling: () => boolean;
  onError: () => void;
}): JSX.Element {
  const source = useImageSource(props.url, props.scrolling);
  return (
    <img
      {...source}
      style={props.style}
      decoding="async"
      draggable={false}
      alt=""
      onError={props.onError}
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
  const sharp =
    crop && placement !== null
      ? sharpCrop(tile, placement, size, window.devicePixelRatio)
      : null;
  return (
    <div
      className="vl-tile-image"
      style={{ width: size.width, height: size.height }}
    >
      <Thumbnail
        url={
          tile.thumbnail === null
            ? null
            : client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail)
        }
        color={tile.color}
        frame={frame}
        scrolling={props.scrolling}
        trans={props.trans}
      />
      {sharp !== null && (
        <SharpCrop
          crop={sharp}
          dataset={dataset}
          annotationId={tile.id}
          client={client}
          scrolling={props.scrolling}
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
