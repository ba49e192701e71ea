/** The point under the pointer, and what is known of it. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../core/client/context';
import type { IProjection } from '../../embeddings/client';
import type { ITile } from '../../core/client/types';
import type { IWorkspaceModel } from '../../core/workspace/types';
import type { MapModel } from '../mapModel';
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

interface IOver {
  readonly id: number;
  readonly projection: IProjection | null;
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
  /** What is known of a point, from the server where need be; null: it is gone or cannot be told. */
  readonly ask: (id: number) => Promise<ITile | null>;
} {
  const [over, setOver] = React.useState<IOver | null>(null);
  const [, setArrived] = React.useState(0);
  const version = useStore(model.store, state => state.datasetVersion);
  const projection = useStore(map.store, state => state.projection);
  // an id of one projection is none of another
  const id = over?.projection === projection ? over.id : null;
  const known = React.useMemo(
    () => new Map<number, ITile>(),
    // what was told may have changed
    [version, projection]
  );

  const ask = React.useCallback(
    async (asked: number, signal?: AbortSignal): Promise<ITile | null> => {
      const { dataset, shown } = model.store.getState();
      const spec = { ...shown, level: map.level, sort: [] };
      try {
        const { tiles } = known.has(asked)
          ? { tiles: [known.get(asked)!] }
          : await client.tiles(dataset, spec, [asked], {}, signal);
        if (tiles.length === 0) {
          return null;
        }
        known.set(asked, tiles[0]);
        if (known.size > REMEMBERED) {
          known.delete(known.keys().next().value as number);
        }
        return tiles[0];
      } catch {
        return null;
      }
    },
    [client, known, map, model]
  );

  React.useEffect(() => {
    if (id === null || known.has(id)) {
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(
      () => void ask(id, abort.signal).then(() => setArrived(n => n + 1)),
      REST
    );
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [ask, id, known]);

  const clear = React.useCallback(() => setOver(null), []);
  return {
    hover: id === null ? null : { id, tile: known.get(id) ?? null },
    move: (x, y) => {
      const found = view.pick(x, y, REACH);
      if (found !== id) {
        setOver(found === null ? null : { id: found, projection });
      }
    },
    clear,
    ask
  };
}
