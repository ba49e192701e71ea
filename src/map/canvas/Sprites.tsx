import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../core/client/context';
import type { ITile } from '../../core/client/types';
import type { IWorkspaceModel } from '../../core/workspace/types';
import { inBox } from '../points/lasso';
import { MIN_STATE, type MapModel } from '../mapModel';
import type { IMapView } from './useRenderer';

/** With more points in sight there are no pictures. */
const MOST = 80;
/** How long the camera must rest before pictures are asked for, in milliseconds. */
const REST = 250;
/** Width and height of a picture in pixels. */
const WIDTH = 56;
const HEIGHT = 42;
/** Doublings nearer than where all fit, from which on there are pictures. */
const NEAR = 1;

interface IProps {
  readonly model: IWorkspaceModel;
  readonly client: Pick<IClient, 'tiles' | 'thumbnailUrl' | 'cropUrl'>;
  readonly map: MapModel;
  readonly view: IMapView;
  readonly host: React.RefObject<HTMLElement>;
}

/** Seen from nearby: points as their pictures, as many as do not lie upon each other. */
export function Sprites(props: IProps): JSX.Element | null {
  const { model, client, map, view } = props;
  const { renderer } = view;
  const points = useStore(map.store, state => state.points);
  const dataset = useStore(model.store, state => state.dataset);
  const tiles = useTilesInSight(props);
  if (renderer === null || points === null || tiles.length === 0) {
    return null;
  }
  const { positions, dimensions } = points;
  const taken: [number, number][] = [];
  return (
    <div className="vl-map-sprites" aria-hidden="true">
      {tiles.map(tile => {
        // the filter or the projection may have changed since
        if (!(map.states[tile.id] >= MIN_STATE)) {
          return null;
        }
        const at = tile.id * dimensions;
        const [x, y] = renderer.project([
          ...positions.subarray(at, at + dimensions)
        ]);
        const hidden = taken.some(
          ([left, top]) =>
            Math.abs(left - x) < WIDTH && Math.abs(top - y) < HEIGHT
        );
        if (hidden) {
          return null;
        }
        taken.push([x, y]);
        const url =
          map.level === 'annotations' && tile.crop
            ? client.cropUrl(dataset, tile.id, {
                version: tile.crop,
                size: 96,
                aspect: 4 / 3
              })
            : client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail);
        return (
          <img
            key={tile.id}
            src={url}
            alt=""
            width={WIDTH}
            height={HEIGHT}
            style={{
              transform: `translate(${x - WIDTH / 2}px, ${y - HEIGHT / 2}px)`,
              backgroundColor: tile.color ?? undefined
            }}
          />
        );
      })}
    </div>
  );
}

/** What is in sight while few are, a moment after the camera came to rest. */
function useTilesInSight({
  model,
  client,
  map,
  view,
  host
}: IProps): readonly ITile[] {
  const revision = useStore(map.store, state => state.revision);
  const [tiles, setTiles] = React.useState<readonly ITile[]>([]);
  const { renderer, moves } = view;
  React.useEffect(() => {
    const element = host.current;
    if (renderer === null || element === null || renderer.nearer < NEAR) {
      setTiles([]);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      const { clientWidth, clientHeight } = element;
      const { plane, polygon } = view.plane([0, 0, clientWidth, clientHeight]);
      const [x1, y1, x2, y2] = polygon;
      const ids = inBox(plane, [x1, y1, x2, y2], map.states, MIN_STATE);
      if (ids.size === 0 || ids.size > MOST) {
        setTiles([]);
        return;
      }
      const { dataset, shown } = model.store.getState();
      const spec = { ...shown, level: map.level, search: null, sort: [] };
      client.tiles(dataset, spec, [...ids], {}, abort.signal).then(
        answer => setTiles(answer.tiles),
        () => undefined
      );
    }, REST);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [client, host, map, model, renderer, moves, revision]);
  return tiles;
}
