import * as React from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import type { IWorkspaceContext } from '../../core/client/context';
import { noPreview, useSignedOut } from '../../core/components/signedOut';
import { HoverCard } from '../../core/grid/HoverCard';
import { CommandIDs } from '../../core/tokens';
import type { IWorkspaceModel } from '../../core/workspace/types';
import type { MapModel } from '../mapModel';
import { Overview } from './Overview';
import { Sprites } from './Sprites';
import { CLICK, useDrawing, type Mode } from './useDrawing';
import { type IHoverPoint, REACH, useHoverPoint } from './useHoverPoint';
import { useMapKeys } from './useMapKeys';
import type { IMapView } from './useRenderer';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IWorkspaceContext;
  readonly map: MapModel;
  readonly view: IMapView;
  readonly host: React.RefObject<HTMLDivElement>;
  readonly mode: Mode;
  readonly onMode: (mode: Mode) => void;
}

/** The drawing itself, and what the pointer does on it. */
export function MapCanvas(props: IProps): JSX.Element {
  const { model, context, map, view, host, mode } = props;
  const { trans, commands } = context;
  const points = useStore(map.store, state => state.points);
  const projection = useStore(map.store, state => state.projection);
  const { drawing, handlers } = useDrawing(map, view, host, mode);
  const { hover, move, clear, ask } = useHoverPoint(
    model,
    context.client,
    map,
    view
  );
  const onKeyDown = useMapKeys(props);
  const pressed = React.useRef<[number, number]>([0, 0]);
  // a loop that ends where it began is no click
  const travelled = React.useRef(0);
  React.useEffect(
    () => view.renderer?.setDragging(mode === 'pan'),
    [view.renderer, mode]
  );

  const place = (event: React.MouseEvent): [number, number] =>
    placeIn(host.current!, event);
  const open = (sample: number): void => {
    const { dataset, id: workspace } = model.store.getState();
    model.setFocus(sample);
    void commands.execute(CommandIDs.openSample, { dataset, workspace });
  };
  /** With the image that a point belongs to, once it is known. */
  const withSample = (id: number, use: (sample: number) => void): void => {
    if (map.level === 'samples') {
      use(id);
    } else {
      void ask(id).then(tile => tile && use(tile.sample_id));
    }
  };

  const onClick = (event: React.MouseEvent): void => {
    const id = view.pick(...place(event), REACH);
    if (id === null || travelled.current > CLICK) {
      return;
    }
    const { selection } = model.store.getState();
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      const isIn = selection.level === map.level && selection.ids.has(id);
      map.select([id], isIn ? 'remove' : 'add');
    } else {
      map.select([id]);
      withSample(id, sample => model.setFocus(sample));
    }
  };

  return (
    <div
      ref={host}
      className={`vl-map-host vl-mod-${mode}${hover ? ' vl-mod-over' : ''}`}
      tabIndex={0}
      role="application"
      aria-roledescription={trans.__('map')}
      aria-label={trans.__(
        'Map of %1 points. Arrows move, plus and minus zoom, Enter selects what is in sight, 0 shows everything.',
        points?.count ?? 0
      )}
      data-hover={hover?.id}
      data-level={map.level}
      data-projection={projection?.projection}
      onKeyDown={onKeyDown}
      {...handlers}
      onPointerMove={event => {
        if (event.buttons === 0 && event.pointerType !== 'touch') {
          move(...place(event));
        } else {
          const [x, y] = place(event);
          const [px, py] = pressed.current;
          travelled.current = Math.max(
            travelled.current,
            Math.hypot(x - px, y - py)
          );
          clear();
        }
      }}
      onPointerDown={event => {
        pressed.current = place(event);
        travelled.current = 0;
        // a context menu speaks of the point below it
        if (event.button === 0) {
          clear();
        }
      }}
      onPointerLeave={clear}
      onClick={onClick}
      onDoubleClick={event => {
        const id = view.pick(...place(event), REACH);
        if (id !== null) {
          withSample(id, open);
        }
      }}
    >
      <Overview map={map} view={view} host={host} />
      <Sprites
        model={model}
        client={context.client}
        map={map}
        view={view}
        host={host}
      />
      {drawing && (
        <svg className="vl-map-drawing" aria-hidden="true">
          <Outline {...drawing} />
        </svg>
      )}
      {hover && <Hovered {...props} hover={hover} />}
      {view.lost && (
        <p className="vl-map-note" role="status">
          {trans.__('The graphics context was lost. Drawing again…')}
        </p>
      )}
    </div>
  );
}

/** The box or lasso that is being drawn. */
function Outline(props: {
  box: boolean;
  path: readonly number[];
}): JSX.Element {
  const { box, path } = props;
  if (!box) {
    return <polygon points={path.join(' ')} />;
  }
  const [x1, y1, x2, y2] = path;
  return (
    <rect
      x={Math.min(x1, x2)}
      y={Math.min(y1, y2)}
      width={Math.abs(x2 - x1)}
      height={Math.abs(y2 - y1)}
    />
  );
}

/** Where the pointer is in an element. */
function placeIn(
  element: Element,
  { clientX, clientY }: React.MouseEvent
): [number, number] {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

/** A ring around the point under the pointer, and its card. */
function Hovered(props: IProps & { hover: IHoverPoint }): JSX.Element | null {
  const { model, context, map, view, host, hover } = props;
  const { points, projection } = map.store.getState();
  const dataset = useStore(model.store, state => state.dataset);
  const stopped = useSignedOut(context, dataset);
  const [failed, setFailed] = React.useState('');
  if (points === null || view.renderer === null || host.current === null) {
    return null;
  }
  const { positions, dimensions } = points;
  const at = hover.id * dimensions;
  const [x, y] = view.renderer.project([
    ...positions.subarray(at, at + dimensions)
  ]);
  const { left, top } = host.current.getBoundingClientRect();
  const { tile } = hover;
  const crop =
    tile?.crop && projection?.level === 'annotations'
      ? context.client.cropUrl(dataset, tile.id, {
          version: tile.crop,
          size: 256,
          aspect: 4 / 3
        })
      : null;
  const url =
    tile && (crop === null || crop === failed)
      ? context.client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail)
      : crop;
  return (
    <>
      <div className="vl-map-ring" style={{ left: x, top: y }} />
      {tile &&
        createPortal(
          <HoverCard
            tile={tile}
            trans={context.trans}
            missing={noPreview(context, stopped)}
            at={{
              id: hover.id,
              left: left + x - 10,
              right: left + x + 10,
              top: Math.min(top + y - 10, window.innerHeight - 300)
            }}
          >
            <img
              className="vl-map-thumbnail"
              src={url ?? undefined}
              alt=""
              style={{ backgroundColor: tile.color ?? undefined }}
              onError={() => setFailed(crop ?? '')}
            />
          </HoverCard>,
          document.body
        )}
    </>
  );
}
