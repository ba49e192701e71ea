/** What one map shows: a projection, what of it the view lets through, what colours it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { IClient } from '../core/client/context';
import type {
  IColoring,
  IColorsRequest,
  IEmbeddingSpace,
  IProjection
} from '../embeddings/client';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, Level } from '../core/client/types';
import { outcomeFilter } from '../core/outcomes/outcomes';
import { IdSet } from '../core/workspace/idSet';
import { Latest } from '../core/workspace/latest';
import type { IWorkspaceModel, IWorkspaceState } from '../core/workspace/types';
import { fillColors } from './legend/palette';
import { fillStates, type IPoints, readPoints, State } from './points/points';

export interface IMapState {
  /** Null until they were read. */
  readonly spaces: readonly IEmbeddingSpace[] | null;
  readonly projections: readonly IProjection[] | null;
  /** The one that is shown. */
  readonly projection: IProjection | null;
  readonly points: IPoints | null;
  /** The field that colours; null: none. */
  readonly colorBy: string | null;
  /** The evaluation whose outcomes colour in the place of a field; null: none. */
  readonly colorByOutcome: string | null;
  readonly coloring: IColoring | null;
  /** Ids of the view at the map's level; null: not known yet. */
  readonly ids: Uint32Array | null;
  /** Counts changes of `states`. */
  readonly revision: number;
  readonly loading: boolean;
  readonly error: IErrorBody | null;
}

/** How a selection joins the one there is. */
export type Joining = 'replace' | 'add' | 'remove';

const START: IMapState = {
  spaces: null,
  projections: null,
  projection: null,
  points: null,
  colorBy: 'class',
  colorByOutcome: null,
  coloring: null,
  ids: null,
  revision: 0,
  loading: true,
  error: null
};

export class MapModel {
  constructor(
    private readonly _workspace: IWorkspaceModel,
    private readonly _client: IClient
  ) {
    this.store = createStore<IMapState>(() => START);
    this._unsubscribe = _workspace.store.subscribe((state, before) =>
      this._follow(state, before)
    );
    void this.reload();
  }

  readonly store: StoreApi<IMapState>;

  /** `State` of each point; filled anew before `revision` changes. */
  get states(): Uint8Array {
    return this._states;
  }

  /** Red, green, blue, 255 of each point; filled anew with `coloring`. */
  get colors(): Uint8Array {
    return this._colors;
  }

  get level(): Level {
    return this.store.getState().projection?.level ?? 'samples';
  }

  /** Read again which projections there are. */
  async reload(): Promise<void> {
    const { dataset } = this._view;
    await this._attempt(this._lists, async signal => {
      const [spaces, projections] = await Promise.all([
        this._client.embeddings.spaces(dataset, signal),
        this._client.embeddings.projections(dataset, signal)
      ]);
      return () => {
        this.store.setState({ spaces, projections });
        const shown = this.store.getState().projection;
        const next = preferred(projections, shown);
        if (next?.projection !== shown?.projection) {
          void this.show(next);
        } else if (next === null) {
          this.store.setState({
            loading: false,
            projection: null,
            points: null
          });
        }
      };
    });
  }

  /** Show a projection; the last picture stays until it is there. */
  async show(projection: IProjection | null): Promise<void> {
    if (projection === null) {
      this.store.setState({ projection, points: null, loading: false });
      return;
    }
    const { dataset } = this._view;
    this.store.setState({ loading: true });
    await this._attempt(this._points, async signal => {
      const positions = await this._client.embeddings.points(
        dataset,
        projection.projection,
        signal
      );
      const points = readPoints(positions, projection.dimensions === 3 ? 3 : 2);
      return () => {
        this._states = new Uint8Array(points.size);
        this._colors = new Uint8Array(4 * points.size);
        fillColors(this._colors, null);
        this.store.setState({ projection, ids: null, coloring: null });
        this._readIds();
        this._mark({ points, loading: false });
        void this._color();
      };
    });
  }

  /** Colour by a field; null: by none. */
  async colorBy(field: string | null): Promise<void> {
    this.store.setState({ colorBy: field, colorByOutcome: null });
    await this._color();
  }

  /** Colour by what an evaluation says of the annotations, at the view's threshold. */
  async colorByOutcome(evaluation: string): Promise<void> {
    this.store.setState({ colorBy: null, colorByOutcome: evaluation });
    await this._color();
  }

  /** Select points, in the view's level first if it is another. */
  select(ids: ArrayLike<number> | IdSet, joining: Joining = 'replace'): void {
    const { level } = this;
    const { selection, view } = this._view;
    const known =
      joining !== 'replace' && selection.level === level
        ? IdSet.of([...selection.ids])
        : IdSet.of([]);
    if (view.level !== level) {
      this._workspace.setLevel(level);
    }
    this._workspace.select(
      joining === 'remove' ? known.without(ids) : known.with(ids),
      level
    );
  }

  dispose(): void {
    this._unsubscribe();
    [this._lists, this._points, this._coloring, this._ids].forEach(latest =>
      latest.abort()
    );
  }

  private get _view(): IWorkspaceState {
    return this._workspace.store.getState();
  }

  private _follow(state: IWorkspaceState, before: IWorkspaceState): void {
    if (state.datasetVersion !== before.datasetVersion) {
      void this.reload();
      void this._color();
    } else if (
      this.store.getState().colorByOutcome !== null &&
      state.view.outcomes?.confidence !== before.view.outcomes?.confidence
    ) {
      void this._color();
    }
    if (state.ids !== before.ids || state.shown !== before.shown) {
      this._readIds();
      this._mark();
    } else if (state.selection !== before.selection) {
      this._mark();
    }
  }

  /** The view's ids at the map's level: known where it is the view's own. */
  private _readIds(): void {
    const { shown, ids, dataset, pending } = this._view;
    const { level } = this;
    this._ids.abort();
    if (shown.level === level) {
      // before the first answer there are no ids, which is not the same as none
      const known = ids.length > 0 || !pending;
      this.store.setState({ ids: known ? ids : null });
      return;
    }
    void this._attempt(this._ids, async signal => {
      const spec = { ...shown, level, sort: [] };
      const answer = await this._client.view(dataset, spec, signal);
      return () => {
        this.store.setState({ ids: answer.ids });
        this._mark();
      };
    });
  }

  private _mark(change: Partial<IMapState> = {}): void {
    const { points, ids, revision } = { ...this.store.getState(), ...change };
    if (points !== null) {
      const { selection } = this._view;
      fillStates(this._states, points, ids, selection, this.level);
      this.store.setState({ ...change, revision: revision + 1 });
    }
  }

  private async _color(): Promise<void> {
    const { points, projection, colorByOutcome } = this.store.getState();
    if (points === null || projection === null) {
      return;
    }
    const request = this._asked(projection.level);
    if (request === null) {
      this._coloring.abort();
      fillColors(this._colors, null);
      this.store.setState({ coloring: null });
      return;
    }
    const { dataset } = this._view;
    await this._attempt(this._coloring, async signal => {
      const colors = await this._client.embeddings.colors(
        dataset,
        request,
        signal
      );
      const coloring =
        colorByOutcome === null
          ? colors
          : { ...colors, evaluation: colorByOutcome };
      return () => {
        fillColors(this._colors, coloring);
        this.store.setState({ coloring });
      };
    });
  }

  /** What colours; null: nothing. */
  private _asked(level: Level): IColorsRequest | null {
    const { colorBy, colorByOutcome } = this.store.getState();
    if (colorByOutcome !== null) {
      const { outcomes } = this._view.view;
      const confidence =
        outcomes?.evaluation === colorByOutcome ? outcomes.confidence : null;
      return {
        field: 'outcome',
        level,
        outcomes: outcomeFilter(colorByOutcome, confidence)
      };
    }
    return colorBy === null ? null : { field: colorBy, level };
  }

  /** Ask for something; only the newest answer counts, and a failure is shown. */
  private async _attempt(
    latest: Latest,
    ask: (signal: AbortSignal) => Promise<() => void>
  ): Promise<void> {
    try {
      const use = await latest.run(ask);
      if (use) {
        this.store.setState({ error: null });
        use();
      }
    } catch (reason) {
      this.store.setState({ error: errorBody(reason), loading: false });
    }
  }

  private readonly _unsubscribe: () => void;
  private readonly _lists = new Latest();
  private readonly _points = new Latest();
  private readonly _coloring = new Latest();
  private readonly _ids = new Latest();
  private _states = new Uint8Array();
  private _colors = new Uint8Array();
}

/** The projection to show: the present one, unless it is gone or was a stand-in for one that is there now. */
export function preferred(
  projections: readonly IProjection[],
  shown: IProjection | null
): IProjection | null {
  const newest = [...projections].sort((a, b) =>
    a.created_at < b.created_at ? 1 : -1
  );
  const same = newest.find(each => each.projection === shown?.projection);
  if (same && !same.preview) {
    return same;
  }
  const real = newest.find(
    each =>
      !each.preview &&
      (same === undefined ||
        (each.space === same.space && each.created_at >= same.created_at))
  );
  return real ?? same ?? newest[0] ?? null;
}

/** Whether a point counts for clicks and lassos. */
export const MIN_STATE = State.shown;
