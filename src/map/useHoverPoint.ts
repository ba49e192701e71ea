/** The point under the pointer, and what is known of it. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../client/context';
import type { ITile } from '../client/types';
import type { IWorkspaceModel } from '../workspace/types';
import type { MapModel } from './mapModel';
import type { IMapView } from './useRenderer';

/** Pixels around the pointer in which a point counts. */
export const REACH = 9;
/** How long the pointer rests before the server is asked, in milliseconds. */
const REST = 120;
const REMEMBERED = 300;

export interface IHoverPoint {
  readonly id: number;
  /** Null until the server told. */
  readonly tile: ITile | null;
}

export function useHoverPoint(
  model: IWorkspaceModel,
  client: Pick<IClient, 'tiles'>,
  map: MapModel,
  view: IMapView
): {
  readonly hover: IHoverPoint | null;
  readonly move: (x: number, y: number) => void;
  readonly clear: () => void;
} {
  const [id, setId] = React.useState<number | null>(null);
  const [, setArrived] = React.useState(0);
  const version = useStore(model.store, state => state.datasetVersion);
  const projection = useStore(map.store, state => state.projection);
  const known = React.useMemo(
    () => new Map<number, ITile>(),
    // what was told may have changed
    [version, projection]
  );

  React.useEffect(() => {
    if (id === null || known.has(id)) {
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      const { dataset, shown } = model.store.getState();
      const spec = { ...shown, level: map.level, sort: [] };
      client
        .tiles(dataset, spec, [id], {}, abort.signal)
        .then(({ tiles }) => {
          if (tiles.length > 0) {
            known.set(id, tiles[0]);
            if (known.size > REMEMBERED) {
              known.delete(known.keys().next().value as number);
            }
            setArrived(n => n + 1);
          }
        })
        .catch(() => undefined);
    }, REST);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [client, id, known, map, model]);

  const clear = React.useCallback(() => setId(null), []);
  return {
    hover: id === null ? null : { id, tile: known.get(id) ?? null },
    move: (x, y) => setId(view.pick(x, y, REACH)),
    clear
  };
}
