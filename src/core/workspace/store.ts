/** The one state that all panels of a workspace render from, and what they may do with it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type {
  Filter,
  IErrorBody,
  ISortKey,
  IViewSpec,
  IWorkspace,
  Level
} from '../client/types';
import { History } from './history';
import { Latest } from './latest';
import { Selecting } from './selection';
import {
  initialState,
  type ISyncOptions,
  type ViewGesture,
  WorkspaceSync
} from './sync';
import type { IWorkspaceModel, IWorkspaceState } from './types';

/** A gesture that rests for so long has ended (milliseconds). */
const GESTURE_MS = 1000;

export interface IModelOptions extends ISyncOptions {
  /** Views the workspace had before; it outlives the model. */
  readonly history?: History<IViewSpec>;
}

export class WorkspaceModel implements IWorkspaceModel {
  constructor(options: IModelOptions) {
    const { client, workspace } = options;
    this._client = client;
    this._history = options.history ?? new History();
    this._order = new SampleOrder(client);
    this.store = createStore<IWorkspaceState>(() =>
      initialState(workspace, this._history)
    );
    this._sync = new WorkspaceSync(options, this.store, this._history);
  }

  readonly store: StoreApi<IWorkspaceState>;

  get server(): IWorkspace {
    return this._sync.server;
  }

  setFilter(filter: Filter | null, gesture?: string): void {
    this._changeView(view => ({ ...view, filter, where: null }), gesture);
  }

  async setPredicate(text: string): Promise<IErrorBody | null> {
    if (text.trim() === '') {
      this._latestPredicate.abort();
      this.setFilter(null);
      return null;
    }
    try {
      const { dataset } = this._state;
      const answer = await this._latestPredicate.run(signal =>
        this._client.predicate(dataset, { text }, signal)
      );
      if (answer) {
        this.setFilter(answer.filter);
      }
      return null;
    } catch (reason) {
      return errorBody(reason);
    }
  }

  setSort(sort: ISortKey[]): void {
    this._changeView(view => ({ ...view, sort }));
  }

  setLevel(level: Level, all = false): void {
    this._changeView(view => ({ ...view, level, all }));
  }

  setSql(sql: string | null): void {
    this._changeView(view => ({ ...view, sql }));
  }

  setSearch(search: IViewSpec['search']): void {
    // Scores order what is found.
    this._changeView(view => ({
      ...view,
      search,
      sort: search ? [] : view.sort
    }));
  }

  setOutcomes(outcomes: IViewSpec['outcomes'], gesture?: string): void {
    this._changeView(view => ({ ...view, outcomes }), gesture);
  }

  setView(view: IViewSpec): void {
    this._changeView(() => view);
  }

  clearFilters(): void {
    this._changeView(view => ({
      ...view,
      filter: null,
      where: null,
      sql: null,
      search: null,
      outcomes: null
    }));
  }

  undo(): void {
    this.walkHistory(-1);
  }

  redo(): void {
    this.walkHistory(1);
  }

  walkHistory(steps: number): void {
    const view = this._history.walk(this._state.view, steps);
    if (view) {
      this._gesture = null;
      this._sync.applyView(() => view);
    }
  }

  select(ids: Iterable<number>, level?: Level): void {
    this._sync.changeSelection(this._selecting.only(this._state, ids, level));
  }

  toggle(id: number): void {
    this._sync.changeSelection(this._selecting.toggle(this._state, id));
  }

  selectTo(id: number): void {
    this._sync.changeSelection(this._selecting.extend(this._state, id));
  }

  selectAll(): void {
    this._sync.changeSelection(this._selecting.all(this._state));
  }

  clearSelection(): void {
    this.select([]);
  }

  setFocus(sampleId: number | null): void {
    this.store.setState({ focus: sampleId });
  }

  moveFocus(step: number): void {
    void this._sync.guard(this._moveFocus(step));
  }

  async focusAny(): Promise<void> {
    if (this._state.focus === null) {
      const first = await this._order.first(this._state);
      // The user may have chosen one meanwhile.
      if (this._state.focus === null) {
        this.setFocus(first);
      }
    }
  }

  async tag(tag: string, options: { remove?: boolean } = {}): Promise<void> {
    const { dataset, selection } = this._state;
    if (selection.ids.size > 0) {
      await this._client.tag(dataset, {
        tag,
        level: selection.level,
        ids: [...selection.ids],
        remove: options.remove ?? false
      });
      await this._sync.load();
    }
  }

  refresh(): Promise<void> {
    return this._sync.refresh();
  }

  flush(): Promise<void> {
    return this._sync.flush();
  }

  pull(version: number): Promise<void> {
    return this._sync.pull(version);
  }

  dispose(): Promise<void> {
    this._latestPredicate.abort();
    return this._sync.dispose();
  }

  private get _state(): IWorkspaceState {
    return this.store.getState();
  }

  private _changeView(change: ViewGesture, gesture?: string): void {
    const { view } = this._state;
    const now = Date.now();
    const goesOn =
      gesture !== undefined &&
      gesture === this._gesture?.name &&
      view === this._gesture.view &&
      now - this._gesture.at < GESTURE_MS;
    if (!goesOn) {
      this._history.push(view);
    }
    this._sync.applyView(change);
    this._gesture =
      gesture === undefined
        ? null
        : { name: gesture, view: this._state.view, at: now };
  }

  private async _moveFocus(step: number): Promise<void> {
    const next = await this._order.step(this._state, step);
    if (next !== null) {
      this.setFocus(next);
    }
  }

  private readonly _client: IClient;
  private readonly _order: SampleOrder;
  private readonly _sync: WorkspaceSync;
  private readonly _history: History<IViewSpec>;
  /** The gesture that made the present view, if it may go on. */
  private _gesture: { name: string; view: IViewSpec; at: number } | null = null;
  private readonly _selecting = new Selecting();
  private readonly _latestPredicate = new Latest();
}

export class SampleOrder {
  constructor(private readonly _client: IClient) {}

  /** The sample `step` places after the one in focus; null: the view ends there. */
  async step(state: IWorkspaceState, step: number): Promise<number | null> {
    const ids = await this._samples(state);
    const index = state.focus === null ? -1 : ids.indexOf(state.focus);
    return ids[index < 0 ? 0 : index + step] ?? null;
  }

  /** The first selected sample, else the first of all; null: there is none. */
  async first(state: IWorkspaceState): Promise<number | null> {
    const { selection, ids, shown, dataset } = state;
    const selected =
      selection.level === shown.level
        ? ids.find(id => selection.ids.has(id))
        : undefined;
    if (selected === undefined) {
      return (await this._samples(state))[0] ?? null;
    }
    if (shown.level === 'samples') {
      return selected;
    }
    const { tiles } = await this._client.tiles(dataset, shown, [selected]);
    return tiles[0]?.sample_id ?? null;
  }

  /** Sample ids; of an annotation view, those its annotations lie on. */
  private _samples(state: IWorkspaceState): Promise<Uint32Array> {
    if (state.shown.level === 'samples') {
      return Promise.resolve(state.ids);
    }
    if (
      state.shown !== this._view ||
      state.datasetVersion !== this._datasetVersion
    ) {
      this._view = state.shown;
      this._datasetVersion = state.datasetVersion;
      // The sort may speak of annotations only, so the samples come in their own order.
      const spec: IViewSpec = { ...state.shown, level: 'samples', sort: [] };
      this._ids = this._client
        .view(state.dataset, spec)
        .then(answer => answer.ids);
    }
    return this._ids;
  }

  private _view: IViewSpec | null = null;
  private _datasetVersion = -1;
  private _ids: Promise<Uint32Array> = Promise.resolve(new Uint32Array());
}
