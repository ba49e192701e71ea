/** Keeps a workspace's store and the server alike, whoever changes either. */
import type { StoreApi } from 'zustand/vanilla';
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type {
  IDatasetEvent,
  IServerEvents,
  IWorkspaceEvent
} from '../client/events';
import type { IErrorBody, IViewSpec, IWorkspace } from '../client/types';
import type { History } from './history';
import { Latest } from './latest';
import { Loader } from './loader';
import { type SelectionGesture, countInView } from './selection';
import { type IChange, Sender } from './sender';
import type { IWorkspaceState } from './types';

const DEBOUNCE_MS = 120;

/** What the user did, repeatable on a state somebody else made meanwhile. */
export type ViewGesture = (view: IViewSpec) => IViewSpec;

export interface ISyncOptions {
  readonly client: IClient;
  readonly events: IServerEvents;
  readonly workspace: IWorkspace;
  /** Who this page is to the server. */
  readonly origin: string;
  /** Debounce of changes in milliseconds. */
  readonly delay?: number;
}

export class WorkspaceSync {
  /**
   * @param store - what panels render from.
   * @param history - gets the views that others' changes replace.
   */
  constructor(
    options: ISyncOptions,
    private readonly _store: StoreApi<IWorkspaceState>,
    private readonly _history: History<IViewSpec>
  ) {
    const { client, events, workspace, origin } = options;
    const { dataset } = workspace;
    this._client = client;
    this._events = events;
    this._origin = origin;
    this._delay = options.delay ?? DEBOUNCE_MS;
    this._server = workspace;
    this._sender = new Sender(
      {
        baseVersion: () => this._server.version,
        accepted: (answer, change) => this._accepted(answer, change),
        conflicted: error => this.guard(this._conflicted(error)),
        refused: error => this._refused(error),
        delayed: error => this._store.setState({ error })
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
          ...(detail && { detail }),
          datasetVersion: version,
          pending: false,
          error: null
        }),
      failed: error => this._store.setState({ error, pending: false })
    });
    events.workspace.connect(this._onWorkspace, this);
    events.dataset.connect(this._onDataset, this);
    void this._loader.load();
    if (workspace.selection.count > 0) {
      void this.guard(this._loadSelection());
    }
  }

  /** The server's last answer about the workspace. */
  get server(): IWorkspace {
    return this._server;
  }

  /** Show a view at once, and send it. */
  applyView(gesture: ViewGesture): void {
    const view = gesture(this._state.view);
    this._lastView = gesture;
    this._showView(view);
    this._sender.put({ view });
  }

  /** Show a selection at once, and send it. */
  changeSelection(gesture: SelectionGesture): void {
    const selection = gesture(this._state.selection);
    this._lastSelection = gesture;
    this._latestSelection.abort();
    this._show({ selection });
    this._sender.put({ selection });
  }

  async refresh(): Promise<void> {
    await Promise.all([
      this.guard(this._pull()),
      this.guard(this._loadSelection()),
      this.load()
    ]);
  }

  /** Read the view again, and the dataset if it has changed. */
  load(): Promise<void> {
    return this._loader.load();
  }

  /** Resolves when the server has every change and `ids` are those of `view`. */
  async flush(): Promise<void> {
    await this._sender.flush();
    await this._loader.settled();
  }

  /** Somebody else made this version: read it, unless it is known already. */
  async pull(version: number): Promise<void> {
    if (version > this._server.version) {
      await this.guard(this._pull());
    }
  }

  /** Show the error if some work fails. */
  async guard(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (reason) {
      this._store.setState({ error: errorBody(reason) });
    }
  }

  /** Resolves when what was changed last has been sent. */
  async dispose(): Promise<void> {
    this._events.workspace.disconnect(this._onWorkspace, this);
    this._events.dataset.disconnect(this._onDataset, this);
    this._loader.dispose();
    this._latestPull.abort();
    this._latestSelection.abort();
    await this._sender.flush();
    this._sender.dispose();
  }

  private get _state(): IWorkspaceState {
    return this._store.getState();
  }

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
    this._store.setState({
      version: server.version,
      predicate: server.predicate
    });
    if (this._lastView) {
      this.applyView(this._lastView);
    }
    if (this._lastSelection) {
      this.changeSelection(this._lastSelection);
    }
  }

  /** Go back to what the server has, and say why. */
  private async _refused(error: IErrorBody): Promise<void> {
    this._lastView = this._lastSelection = null;
    this._showView(this._server.view);
    await Promise.all([this._loader.load(), this.guard(this._loadSelection())]);
    this._store.setState({ error, predicate: this._server.predicate });
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
        void this.guard(this._loadSelection());
      }
    }
    if (server.dataset_version > this._state.datasetVersion) {
      this._loader.reload(server.dataset_version);
    }
    this._store.setState({
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

  private _showView(view: IViewSpec): void {
    this._store.setState({
      view,
      pending: true,
      error: null,
      past: this._history.past,
      future: this._history.future,
      ...(!view.filter && !view.where && { predicate: '' })
    });
    this._loader.loadSoon(this._delay);
  }

  /** Show what `selectedInView` depends on together with it. */
  private _show(change: Partial<IWorkspaceState>): void {
    this._store.setState(state => counted(state, change));
  }

  private readonly _client: IClient;
  private readonly _events: IServerEvents;
  private readonly _origin: string;
  private readonly _delay: number;
  private readonly _sender: Sender;
  private readonly _loader: Loader;
  private readonly _latestPull = new Latest();
  private readonly _latestSelection = new Latest();
  private _server: IWorkspace;
  private _lastView: ViewGesture | null = null;
  private _lastSelection: SelectionGesture | null = null;
}

/** Before anything of the view was read. */
export function initialState(
  workspace: IWorkspace,
  history: History<IViewSpec>
): IWorkspaceState {
  return {
    id: workspace.workspace,
    dataset: workspace.dataset,
    version: workspace.version,
    datasetVersion: workspace.dataset_version,
    detail: null,
    view: workspace.view,
    shown: workspace.view,
    predicate: workspace.predicate,
    ids: new Uint32Array(),
    total: workspace.total,
    selection: { level: workspace.selection.level, ids: new Set() },
    selectedInView: 0,
    focus: null,
    pending: true,
    error: null,
    past: history.past,
    future: history.future
  };
}

/** A change of the ids or the selection, with the count that depends on both. */
export function counted(
  state: IWorkspaceState,
  change: Partial<IWorkspaceState>
): Partial<IWorkspaceState> {
  const { ids, shown, selection } = { ...state, ...change };
  return {
    ...change,
    selectedInView: countInView(ids, shown.level, selection)
  };
}
