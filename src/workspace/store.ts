/** The one state that all panels of a workspace render from, and what they may do with it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type {
  IDatasetEvent,
  IServerEvents,
  IWorkspaceEvent
} from '../client/events';
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
import { Loader } from './loader';
import { SampleOrder } from './order';
import { Selecting, type SelectionGesture } from './selection';
import { type IChange, Sender } from './sender';
import { counted, initialState } from './state';
import type { IWorkspaceModel, IWorkspaceState } from './types';

const DEBOUNCE_MS = 120;

/** What the user did, repeatable on a state somebody else made meanwhile. */
type ViewGesture = (view: IViewSpec) => IViewSpec;

export interface IWorkspaceOptions {
  readonly client: IClient;
  readonly events: IServerEvents;
  readonly workspace: IWorkspace;
  /** Who this page is to the server. */
  readonly origin: string;
  /** Debounce of changes in milliseconds. */
  readonly delay?: number;
}

export class WorkspaceModel implements IWorkspaceModel {
  constructor(options: IWorkspaceOptions) {
    const { client, events, workspace, origin } = options;
    const { dataset } = workspace;
    this._client = client;
    this._events = events;
    this._origin = origin;
    this._delay = options.delay ?? DEBOUNCE_MS;
    this._server = workspace;
    this._order = new SampleOrder(client);
    this.store = createStore<IWorkspaceState>(() => initialState(workspace));
    this._sender = new Sender(
      {
        baseVersion: () => this._server.version,
        accepted: (answer, change) => this._accepted(answer, change),
        conflicted: error => this._guard(this._conflicted(error)),
        refused: error => this._refused(error),
        delayed: error => this.store.setState({ error })
      },
      {
        client,
        dataset,
        workspace: workspace.workspace,
        origin,
        delay: this._delay
      }
    );
    this._loader = new Loader(client, dataset, {
      wanted: () => this._state,
      loaded: (view, { ids, total, version }, detail) =>
        this._show({
          ids,
          shown: view,
          total,
          detail,
          datasetVersion: version,
          pending: false,
          error: null
        }),
      failed: error => this.store.setState({ error, pending: false })
    });
    events.workspace.connect(this._onWorkspace, this);
    events.dataset.connect(this._onDataset, this);
    void this._loader.load();
    if (workspace.selection.count > 0) {
      void this._guard(this._loadSelection());
    }
  }

  readonly store: StoreApi<IWorkspaceState>;

  get server(): IWorkspace {
    return this._server;
  }

  setFilter(filter: Filter | null): void {
    this._changeView(view => ({ ...view, filter, where: null }));
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

  setLevel(level: Level): void {
    this._changeView(view => ({ ...view, level }));
  }

  clearFilters(): void {
    this.setFilter(null);
  }

  undo(): void {
    this._step(this._history.undo(this._state.view));
  }

  redo(): void {
    this._step(this._history.redo(this._state.view));
  }

  select(ids: Iterable<number>): void {
    this._changeSelection(this._selecting.only(this._state, ids));
  }

  toggle(id: number): void {
    this._changeSelection(this._selecting.toggle(this._state, id));
  }

  selectTo(id: number): void {
    this._changeSelection(this._selecting.extend(this._state, id));
  }

  selectAll(): void {
    this._changeSelection(this._selecting.all(this._state));
  }

  clearSelection(): void {
    this.select([]);
  }

  setFocus(sampleId: number | null): void {
    this.store.setState({ focus: sampleId });
  }

  moveFocus(step: number): void {
    void this._guard(this._moveFocus(step));
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
      await this._loader.load();
    }
  }

  async refresh(): Promise<void> {
    await Promise.all([
      this._guard(this._pull()),
      this._guard(this._loadSelection()),
      this._loader.load()
    ]);
  }

  async flush(): Promise<void> {
    await this._sender.flush();
    await this._loader.settled();
  }

  async pull(version: number): Promise<void> {
    if (version > this._server.version) {
      await this._guard(this._pull());
    }
  }

  dispose(): void {
    this._events.workspace.disconnect(this._onWorkspace, this);
    this._events.dataset.disconnect(this._onDataset, this);
    this._loader.dispose();
    this._latestPredicate.abort();
    this._latestPull.abort();
    this._latestSelection.abort();
    void this._sender.flush().then(() => this._sender.dispose());
  }

  private get _state(): IWorkspaceState {
    return this.store.getState();
  }

  // --- the user's changes ---------------------------------------------------

  private _changeView(gesture: ViewGesture): void {
    // A slider's moves within one debounce are one step back.
    if (!this._sender.viewWaits) {
      this._history.push(this._state.view);
    }
    this._applyView(gesture);
  }

  private _step(view: IViewSpec | undefined): void {
    if (view) {
      this._applyView(() => view);
    }
  }

  private _applyView(gesture: ViewGesture): void {
    const view = gesture(this._state.view);
    this._lastView = gesture;
    this._showView(view);
    this._sender.put({ view });
  }

  private _changeSelection(gesture: SelectionGesture): void {
    const selection = gesture(this._state.selection);
    this._lastSelection = gesture;
    this._latestSelection.abort();
    this._show({ selection });
    this._sender.put({ selection });
  }

  private async _moveFocus(step: number): Promise<void> {
    const next = await this._order.step(this._state, step);
    if (next !== null) {
      this.setFocus(next);
    }
  }

  // --- the server's answers -------------------------------------------------

  private _accepted(answer: IWorkspace, change: IChange): void {
    const { view, selection } = this._sender.unacknowledged;
    this._lastView = view ? this._lastView : null;
    this._lastSelection = selection ? this._lastSelection : null;
    this._adopt(answer, change);
  }

  /** Take the server's state and repeat the user's last gesture on it. */
  private async _conflicted(error: IErrorBody): Promise<void> {
    const { id, dataset } = this._state;
    this._server =
      (error.details['workspace'] as IWorkspace | undefined) ??
      (await this._client.workspace(dataset, id));
    const server = this._server;
    await this._loadSelection();
    this._history.push(server.view);
    this._showView(server.view);
    this.store.setState({
      version: server.version,
      predicate: server.predicate
    });
    if (this._lastView) {
      this._applyView(this._lastView);
    }
    if (this._lastSelection) {
      this._changeSelection(this._lastSelection);
    }
  }

  /** Go back to what the server has, and say why. */
  private async _refused(error: IErrorBody): Promise<void> {
    this._lastView = this._lastSelection = null;
    this._showView(this._server.view);
    await Promise.all([
      this._loader.load(),
      this._guard(this._loadSelection())
    ]);
    this.store.setState({ error, predicate: this._server.predicate });
  }

  /** Take over what changed on the server, save for the parts changed here. */
  private _adopt(server: IWorkspace, sent: IChange = {}): void {
    const before = this._server;
    if (server.version < before.version) {
      return;
    }
    this._server = server;
    const own = { ...sent, ...this._sender.unacknowledged };
    if (server.view_version !== before.view_version && !own.view) {
      this._history.push(this._state.view);
      this._showView(server.view);
    }
    if (server.selection.version !== before.selection.version) {
      if (!own.selection) {
        void this._guard(this._loadSelection());
      }
    }
    if (server.dataset_version > this._state.datasetVersion) {
      this._loader.reload(server.dataset_version);
    }
    this.store.setState({
      version: server.version,
      ...(!this._sender.unacknowledged.view && { predicate: server.predicate })
    });
  }

  private async _pull(): Promise<void> {
    const { id, dataset } = this._state;
    const server = await this._latestPull.run(signal =>
      this._client.workspace(dataset, id, signal)
    );
    if (server) {
      this._adopt(server);
    }
  }

  private async _loadSelection(): Promise<void> {
    const { id, dataset } = this._state;
    const { level } = this._server.selection;
    const ids = await this._latestSelection.run(signal =>
      this._client.selection(dataset, id, signal)
    );
    if (ids) {
      this._show({ selection: { level, ids: new Set(ids) } });
    }
  }

  private _onWorkspace(_: unknown, event: IWorkspaceEvent): void {
    if (event.workspace === this._state.id && event.origin !== this._origin) {
      void this.pull(event.version);
    }
  }

  private _onDataset(_: unknown, event: IDatasetEvent): void {
    if (event.dataset !== this._state.dataset) {
      return;
    }
    if (event.change === 'deleted') {
      void this._loader.load();
    } else if (event.version > this._state.datasetVersion) {
      this._loader.reload(event.version);
    }
  }

  // --- the state ------------------------------------------------------------

  private _showView(view: IViewSpec): void {
    this.store.setState({
      view,
      pending: true,
      error: null,
      canUndo: this._history.canUndo,
      canRedo: this._history.canRedo,
      ...(!view.filter && !view.where && { predicate: '' })
    });
    this._loader.loadSoon(this._delay);
  }

  /** Show what `selectedInView` depends on together with it. */
  private _show(change: Partial<IWorkspaceState>): void {
    this.store.setState(state => counted(state, change));
  }

  private async _guard(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (reason) {
      this.store.setState({ error: errorBody(reason) });
    }
  }

  private readonly _client: IClient;
  private readonly _events: IServerEvents;
  private readonly _origin: string;
  private readonly _delay: number;
  private readonly _order: SampleOrder;
  private readonly _sender: Sender;
  private readonly _loader: Loader;
  private readonly _history = new History<IViewSpec>();
  private readonly _selecting = new Selecting();
  private readonly _latestPredicate = new Latest();
  private readonly _latestPull = new Latest();
  private readonly _latestSelection = new Latest();
  private _server: IWorkspace;
  private _lastView: ViewGesture | null = null;
  private _lastSelection: SelectionGesture | null = null;
}
