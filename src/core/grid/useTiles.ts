import type { VirtualItem } from '@tanstack/react-virtual';
import * as React from 'react';
import { useStore, type StoreApi } from 'zustand';
import type { IWorkspaceState } from '../workspace/types';
import { mayHaveGeometry } from './images/sources';
import type { TileCache } from './tileCache';

/** Tell the tile cache of a workspace what is shown, and which rows are on the screen. */
export function useTiles(
  cache: TileCache,
  store: StoreApi<IWorkspaceState>,
  rows: readonly VirtualItem[],
  columns: number
): void {
  const dataset = useStore(store, state => state.dataset);
  const datasetVersion = useStore(store, state => state.datasetVersion);
  const view = useStore(store, state => state.shown);
  const ids = useStore(store, state => state.ids);
  const geometry = useStore(store, mayHaveGeometry);
  const first = rows.length > 0 ? rows[0].index : 0;
  const last = rows.length > 0 ? rows[rows.length - 1].index : -1;

  React.useSyncExternalStore(cache.subscribe, cache.revision);
  React.useEffect(
    () => cache.follow({ dataset, datasetVersion, view, geometry }),
    [cache, dataset, datasetVersion, view, geometry]
  );
  React.useEffect(
    () => cache.want([...ids.subarray(first * columns, (last + 1) * columns)]),
    [cache, ids, first, last, columns]
  );
}
