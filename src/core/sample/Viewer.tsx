import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import type { IClient, ISettings } from '../client/context';
import type { ISampleDetail } from '../client/types';
import { OverlayCanvas } from '../overlays/OverlayCanvas';
import type { IPlacement, ISize } from '../components/placement';
import type { IShape } from '../overlays/shapes';
import { useSize } from '../components/useSize';
import { hitTest } from '../overlays/hit';
import { BoxEditor } from './editing/BoxEditor';
import type { IEditor } from './editing/useEditor';
import { PlainImage } from './picture/PlainImage';
import type { IPicture } from './picture/usePicture';
import { DeepImage } from './tiles/DeepImage';
import { MANY_PIXELS } from './tiles/layout';
import { usePanZoom } from './usePanZoom';
import { place, zoomAt, type IPoint, type IZoom } from './zoom';

export interface IViewerHandle {
  /** Enlarge around the middle of the viewport. */
  zoomBy(factor: number): void;
}

interface IProps {
  readonly sample: ISampleDetail;
  readonly dataset: string;
  readonly client: Pick<
    IClient,
    'imageUrl' | 'thumbnailUrl' | 'imageTiles' | 'tileUrl'
  >;
  readonly commands: CommandRegistry;
  readonly picture: IPicture;
  readonly shapes: readonly IShape[];
  readonly settings: ISettings;
  readonly highlight: number | null;
  /** The annotation the pointer is at; null: none. */
  readonly onHighlight: (annotation: number | null) => void;
  readonly zoom: IZoom;
  readonly onZoom: React.Dispatch<React.SetStateAction<IZoom>>;
  readonly editor: IEditor;
  readonly trans: TranslationBundle;
}

/** A click moves less than this, in CSS pixels. */
const STILL = 4;

/** Above this scale pixels are shown as squares. */
const PIXELATED = 3;

/** The image in full resolution under its annotations. Wheel zooms, drag moves. */
export const Viewer = React.forwardRef<IViewerHandle, IProps>(
  function Viewer(props, handle) {
    const { sample, dataset, client, picture, zoom, onZoom, trans } = props;
    const { settings, shapes, highlight, onHighlight, editor } = props;
    const root = React.useRef<HTMLDivElement>(null);
    const box = useSize(root);
    const [natural, setNatural] = React.useState<ISize | null>(null);
    const { shown, developed, info } = picture;
    const name = client.imageUrl(dataset, sample.sample_id);
    const look = shown === 'null' ? undefined : { developed, shown };
    const url = client.imageUrl(dataset, sample.sample_id, look);
    React.useEffect(() => setNatural(null), [name]);

    const { width, height } = sample;
    const many = (width ?? 0) * (height ?? 0) > MANY_PIXELS;
    const isLarge = many && info?.kind !== 'raw';
    const image = React.useMemo<ISize | null>(
      () => (width && height ? { width, height } : natural),
      [width, height, natural]
    );
    useZoomBy(handle, image, box, onZoom);
    const { dragging, ...pointer } = usePanZoom(root, image, box, onZoom);
    const placement = image && box.width > 0 ? place(zoom, image, box) : null;

    const pressed = React.useRef<IPoint>({ x: 0, y: 0 });
    const choose = (event: React.MouseEvent): void => {
      const { clientX, clientY } = event;
      const { x, y } = pressed.current;
      const still = Math.hypot(clientX - x, clientY - y) < STILL;
      if (editor.active && placement && root.current && still) {
        const { left, top } = root.current.getBoundingClientRect();
        const { scale } = placement;
        const hit = hitTest(
          shapes,
          (clientX - left - placement.x) / scale,
          (clientY - top - placement.y) / scale,
          TOLERANCE / scale
        );
        editor.choose(hit?.id ?? null);
      }
    };
    const point = usePointing({
      root,
      placement: settings.overlays && !dragging ? placement : null,
      shapes,
      highlight,
      onHighlight
    });

    return (
      <div
        ref={root}
        data-sample={sample.sample_id}
        data-annotation={highlight ?? undefined}
        className={`vl-viewer${dragging ? ' vl-mod-dragging' : ''}`}
        {...pointer}
        onPointerDown={event => {
          pressed.current = { x: event.clientX, y: event.clientY };
          pointer.onPointerDown?.(event);
        }}
        onClick={choose}
        onPointerMove={event => {
          pointer.onPointerMove?.(event);
          point.onPointerMove(event);
        }}
        onPointerLeave={point.onPointerLeave}
      >
        {isLarge ? (
          <DeepImage
            sample={sample}
            dataset={dataset}
            client={client}
            shown={info === null ? null : shown}
            placement={placement}
            size={box}
            style={imageStyle(props, image, placement)}
            pixelated={(placement?.scale ?? 0) > PIXELATED}
            trans={trans}
          />
        ) : (
          <PlainImage
            url={url}
            name={name}
            filename={sample.filename}
            thumbnail={thumbnailOf(props)}
            commands={props.commands}
            picture={picture}
            width={placement && image && image.width * placement.scale}
            style={imageStyle(props, image, placement)}
            onNatural={setNatural}
            trans={trans}
          />
        )}
        {settings.overlays && placement && (
          <OverlayCanvas
            size={box}
            shapes={shapes}
            placement={placement}
            labels={settings.labels ? 'all' : 'none'}
            confidences={settings.confidences}
            fill={settings.outlineOnly ? 0 : settings.opacity}
            highlight={highlight}
            lineWidth={2}
          />
        )}
        {editor.active && placement && image && (
          <BoxEditor
            editor={editor}
            image={image}
            placement={placement}
            size={box}
          />
        )}
      </div>
    );
  }
);

/** What the toolbar and the keys enlarge by. */
function useZoomBy(
  handle: React.ForwardedRef<IViewerHandle>,
  image: ISize | null,
  box: ISize,
  onZoom: IProps['onZoom']
): void {
  React.useImperativeHandle(
    handle,
    () => ({
      zoomBy: factor => {
        if (image !== null) {
          const middle = { x: box.width / 2, y: box.height / 2 };
          onZoom(old => zoomAt(old, image, box, factor, middle));
        }
      }
    }),
    [image, box, onZoom]
  );
}

/** Where the image is drawn; its thumbnail stands for it until it is there. */
function imageStyle(
  props: IProps,
  image: ISize | null,
  placement: IPlacement | null
): React.CSSProperties {
  if (!placement || !image) {
    return { visibility: 'hidden' };
  }
  const thumbnail = thumbnailOf(props);
  return {
    transform: `translate(${placement.x}px, ${placement.y}px)`,
    width: image.width * placement.scale,
    height: image.height * placement.scale,
    imageRendering: placement.scale > PIXELATED ? 'pixelated' : 'auto',
    backgroundColor: props.sample.color ?? undefined,
    backgroundImage: thumbnail === null ? undefined : `url("${thumbnail}")`
  };
}

function thumbnailOf({ sample, dataset, client }: IProps): string | null {
  const { sample_id: id, thumbnail } = sample;
  return thumbnail === null
    ? null
    : client.thumbnailUrl(dataset, id, thumbnail);
}

/** How near the pointer must come to lines and points, in CSS pixels. */
export const TOLERANCE = 6;

interface IPointing {
  readonly root: React.RefObject<HTMLElement>;
  /** Where the image lies; null: nothing can be pointed at. */
  readonly placement: IPlacement | null;
  readonly shapes: readonly IShape[];
  readonly highlight: number | null;
  readonly onHighlight: (annotation: number | null) => void;
}

export function usePointing(
  options: IPointing
): Required<
  Pick<React.DOMAttributes<HTMLElement>, 'onPointerMove' | 'onPointerLeave'>
> {
  const { root, placement, shapes, highlight, onHighlight } = options;
  const tell = (id: number | null): void => {
    if (id !== highlight) {
      onHighlight(id);
    }
  };
  return {
    onPointerMove: event => {
      if (placement === null || root.current === null) {
        return;
      }
      const { left, top } = root.current.getBoundingClientRect();
      const { scale } = placement;
      const x = (event.clientX - left - placement.x) / scale;
      const y = (event.clientY - top - placement.y) / scale;
      tell(hitTest(shapes, x, y, TOLERANCE / scale)?.id ?? null);
    },
    onPointerLeave: () => tell(null)
  };
}
