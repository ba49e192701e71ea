/** Tiles of the current view: fetched in pages, kept least-recently-used, late replies dropped. */
import type { IClient } from '../client/context';
import { errorBody, isAbort } from '../client/errors';
import type { IErrorBody, ITile, IViewSpec } from '../client/types';
import { hasGeometry } from '../overlays/shapes';
import type { IWorkspaceState } from '../workspace/types';
import * as React from 'react';
import { useStore, type StoreApi } from 'zustand';

/** What tiles depend on: their sort does not matter, their matching annotations do. */
export interface ITileSource {
  readonly dataset: string;
  readonly datasetVersion: number;
  readonly view: IViewSpec;
  /** Whether there is more to draw than boxes. */
  readonly geometry: boolean;
}

/** Whether there is more to draw than boxes; until that is known, there may be. */
export function mayHaveGeometry({ detail }: IWorkspaceState): boolean {
  return detail === null || hasGeometry(detail);
}

/** The source of the tiles that a workspace shows. */
export function tileSource(state: IWorkspaceState): ITileSource {
  return {
    dataset: state.dataset,
    datasetVersion: state.datasetVersion,
    view: state.shown,
    geometry: mayHaveGeometry(state)
  };
}

interface IEntry {
  readonly tile: ITile;
  /** The source it was fetched for; older ones are shown until replaced. */
  readonly source: string;
}

const CAPACITY = 3000;
/** Masks and polygons weigh more than boxes. */
const GEOMETRY_CAPACITY = 600;
const PAGE = 120;
const DELAY = 50;

function keyOf(source: ITileSource): string {
  const { dataset, datasetVersion, view, geometry } = source;
  return JSON.stringify([
    dataset,
    datasetVersion,
    geometry,
    view.level,
    view.filter,
    view.where,
    view.sql,
    view.outcomes,
    view.all
  ]);
}

export class TileCache {
  constructor(
    private readonly _client: Pick<IClient, 'tiles'>,
    private readonly _options: {
      capacity?: number;
      page?: number;
      delay?: number;
    } = {}
  ) {}

  /** Counts changes: a snapshot for `useSyncExternalStore`. */
  readonly revision = (): number => this._revision;

  readonly subscribe = (listener: () => void): (() => void) => {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  };

  get error(): IErrorBody | null {
    return this._error;
  }

  /** Follow a source. Tiles of the same dataset and level stay visible until new ones come. */
  follow(source: ITileSource): void {
    const key = keyOf(source);
    if (key === this._key) {
      return;
    }
    // Tiles with geometry serve where none is asked for: nothing is fetched again.
    const richer = keyOf({ ...source, geometry: true });
    if (this._key === richer) {
      this._key = key;
      this._richer = richer;
      this._source = source;
      return;
    }
    this._richer = richer;
    const old = this._source;
    if (
      old?.dataset !== source.dataset ||
      old.view.level !== source.view.level
    ) {
      this._entries.clear();
    }
    this._abort?.abort();
    this._abort = null;
    this._key = key;
    this._source = source;
    this._error = null;
    this._schedule();
  }

  /**
   * Fetch the tiles that a view begins with, while its ids are still on their way.
   *
   * Without an answer there are none; whoever wants them by their ids is told why.
   */
  async begin(source: ITileSource): Promise<readonly ITile[]> {
    this._source = source;
    const key = (this._key = keyOf(source));
    this._richer = keyOf({ ...source, geometry: true });
    const abort = (this._abort = new AbortController());
    const answer = await this._client
      .tiles(
        source.dataset,
        source.view,
        { first: this._options.page ?? PAGE },
        { geometry: source.geometry },
        abort.signal
      )
      .catch(() => null);
    if (this._abort !== abort) {
      return [];
    }
    const tiles = answer?.tiles ?? [];
    this._store([], tiles, key);
    this._next();
    return tiles;
  }

  /** The tile of an id, if it is here. */
  get(id: number): ITile | undefined {
    return this._entries.get(id)?.tile;
  }

  /** Say which ids are on the screen: those that are missing are fetched once scrolling rests. */
  want(ids: number[]): void {
    this._wanted = ids;
    for (const id of ids) {
      const entry = this._entries.get(id);
      if (entry !== undefined) {
        this._entries.delete(id);
        this._entries.set(id, entry);
      }
    }
    this._schedule();
  }

  /** Ask again after an error. */
  retry(): void {
    this._error = null;
    this._schedule();
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._abort?.abort();
    this._listeners.clear();
  }

  private _schedule(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(
      () => void this._fetch(),
      // the first tiles of all have nothing to wait for
      this._entries.size === 0 ? 0 : (this._options.delay ?? DELAY)
    );
  }

  /** Fetch the next page of what is wanted and missing, one request at a time. */
  private async _fetch(): Promise<void> {
    const source = this._source;
    if (source === null || this._abort !== null || this._error !== null) {
      return;
    }
    const ids = this._wanted
      .filter(id => !this._isCurrent(this._entries.get(id)))
      .slice(0, this._options.page ?? PAGE);
    if (ids.length === 0) {
      return;
    }
    const key = this._key;
    const abort = new AbortController();
    this._abort = abort;
    try {
      const { tiles } = await this._client.tiles(
        source.dataset,
        source.view,
        ids,
        { geometry: source.geometry },
        abort.signal
      );
      if (this._abort !== abort) {
        return;
      }
      this._store(ids, tiles, key);
    } catch (reason) {
      if (this._abort !== abort || isAbort(reason)) {
        return;
      }
      this._error = errorBody(reason);
    }
    this._next();
  }

  /** After an answer: the next page. */
  private _next(): void {
    this._abort = null;
    this._publish();
    void this._fetch();
  }

  private _isCurrent(entry: IEntry | undefined): boolean {
    return entry?.source === this._key || entry?.source === this._richer;
  }

  private _store(asked: number[], tiles: ITile[], source: string): void {
    for (const tile of tiles) {
      this._entries.delete(tile.id);
      this._entries.set(tile.id, { tile, source });
    }
    const received = new Set(tiles.map(tile => tile.id));
    this._wanted = this._wanted.filter(
      id => received.has(id) || !asked.includes(id)
    );
    const capacity = Math.max(
      this._options.capacity ??
        (this._source?.geometry ? GEOMETRY_CAPACITY : CAPACITY),
      this._wanted.length
    );
    for (const id of this._entries.keys()) {
      if (this._entries.size <= capacity) {
        break;
      }
      this._entries.delete(id);
    }
  }

  private _publish(): void {
    this._revision += 1;
    this._listeners.forEach(listener => listener());
  }

  private _entries = new Map<number, IEntry>();
  private _wanted: number[] = [];
  private _source: ITileSource | null = null;
  private _key = '';
  /** The key of the same tiles with geometry. */
  private _richer = '';
  private _abort: AbortController | null = null;
  private _error: IErrorBody | null = null;
  private _revision = 0;
  private _timer = 0;
  private _listeners = new Set<() => void>();
}

/**
 * Tell the tile cache of a workspace what is shown; `rows` are fetched, those on the screen first.
 */
export function useTiles(
  cache: TileCache,
  store: StoreApi<IWorkspaceState>,
  rows: readonly number[],
  columns: number
): void {
  const dataset = useStore(store, state => state.dataset);
  const datasetVersion = useStore(store, state => state.datasetVersion);
  const view = useStore(store, state => state.shown);
  const ids = useStore(store, state => state.ids);
  const geometry = useStore(store, mayHaveGeometry);

  React.useSyncExternalStore(cache.subscribe, cache.revision);
  React.useEffect(
    () => cache.follow({ dataset, datasetVersion, view, geometry }),
    [cache, dataset, datasetVersion, view, geometry]
  );
  React.useEffect(
    () => cache.want(idsOf(ids, rows, columns)),
    [cache, ids, rows, columns]
  );
}

/** Ids of the tiles of rows, in their order. */
export function idsOf(
  ids: Uint32Array,
  rows: readonly number[],
  columns: number
): number[] {
  return rows.flatMap(row => [
    ...ids.subarray(row * columns, (row + 1) * columns)
  ]);
}
