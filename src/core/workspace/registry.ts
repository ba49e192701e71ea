/** The open workspaces of this page. Models are loaded when the first one is opened. */
import { UUID } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { IClient } from '../client/context';
import { VisionLensError } from '../client/errors';
import type { IServerEvents } from '../client/events';
import type { IViewSpec, IWorkspace } from '../client/types';
import type { IWorkspaces } from '../tokens';
import { History } from './history';
import type { IWorkspaceModel } from './types';

interface IOpenOptions {
  dataset: string;
  workspace?: string;
  notebook?: string;
}

export class Workspaces implements IWorkspaces {
  constructor(
    private readonly _client: IClient,
    private readonly _events: IServerEvents
  ) {}

  readonly currentChanged = new Signal<this, IWorkspaceModel | null>(this);
  readonly added = new Signal<this, IWorkspaceModel>(this);
  readonly removed = new Signal<this, IWorkspaceModel>(this);

  get current(): IWorkspaceModel | null {
    return this._current;
  }

  /**
   * Open a workspace by its id, a notebook's, or any of the dataset: one that was closed goes on.
   *
   * An id the server does not know any more gives a new workspace of the dataset.
   */
  open(requested: IOpenOptions): Promise<IWorkspaceModel> {
    const options = this._withClosed(requested);
    const known = this._find(options);
    if (known) {
      return Promise.resolve(known);
    }
    const { dataset, workspace, notebook } = options;
    const key = workspace ?? JSON.stringify([dataset, notebook]);
    let opening = this._opening.get(key);
    if (!opening) {
      opening = this._open(options).finally(() => this._opening.delete(key));
      this._opening.set(key, opening);
    }
    return opening;
  }

  get(workspace: string): IWorkspaceModel | undefined {
    return this._models.get(this._replaced.get(workspace) ?? workspace);
  }

  activate(workspace: string): void {
    this._setCurrent(this.get(workspace) ?? this._current);
  }

  close(workspace: string): void {
    const model = this._models.get(workspace);
    if (model) {
      this._models.delete(workspace);
      if (model.server.notebook === null) {
        this._closed.set(model.server.dataset, workspace);
      }
      if (model === this._current) {
        this._setCurrent([...this._models.values()].pop() ?? null);
      }
      this.removed.emit(model);
      const sent = model.dispose().finally(() => this._closing.delete(sent));
      this._closing.add(sent);
    }
  }

  [Symbol.iterator](): Iterator<IWorkspaceModel> {
    return this._models.values();
  }

  /** Name the workspace of the dataset that was closed last, unless one is open. */
  private _withClosed(options: IOpenOptions): IOpenOptions {
    const { dataset, workspace, notebook } = options;
    const closed = this._closed.get(dataset);
    return workspace === undefined &&
      notebook === undefined &&
      closed !== undefined &&
      !this._find(options)
      ? { dataset, workspace: closed }
      : options;
  }

  private _find(options: IOpenOptions): IWorkspaceModel | undefined {
    const { dataset, workspace, notebook } = options;
    if (workspace !== undefined) {
      return this.get(workspace);
    }
    const fits = (model: IWorkspaceModel): boolean => {
      const { server } = model;
      return (
        server.dataset === dataset &&
        (notebook === undefined || server.notebook === notebook)
      );
    };
    if (this._current && fits(this._current)) {
      return this._current;
    }
    return [...this._models.values()].find(fits);
  }

  private async _open(options: IOpenOptions): Promise<IWorkspaceModel> {
    const [workspace, { WorkspaceModel }] = await Promise.all([
      this._fetch(options),
      import('./store')
    ]);
    if (options.workspace && options.workspace !== workspace.workspace) {
      this._replaced.set(options.workspace, workspace.workspace);
    }
    const known = this._models.get(workspace.workspace);
    if (known) {
      return known;
    }
    const model = new WorkspaceModel({
      client: this._client,
      events: this._events,
      workspace,
      origin: this._origin,
      history: this._historyOf(workspace.workspace)
    });
    this._models.set(workspace.workspace, model);
    this.added.emit(model);
    if (!this._current) {
      this._setCurrent(model);
    }
    return model;
  }

  private async _fetch(options: IOpenOptions): Promise<IWorkspace> {
    const { dataset, workspace, notebook } = options;
    // What a panel that was closed just now changed last may be on its way.
    await Promise.allSettled(this._closing);
    if (workspace !== undefined) {
      try {
        return await this._client.workspace(dataset, workspace);
      } catch (reason) {
        const gone =
          reason instanceof VisionLensError &&
          reason.code === 'WORKSPACE_NOT_FOUND';
        if (!gone) {
          throw reason;
        }
      }
    }
    return this._client.createWorkspace(dataset, notebook ?? null);
  }

  private _historyOf(workspace: string): History<IViewSpec> {
    let history = this._histories.get(workspace);
    if (!history) {
      history = new History();
      this._histories.set(workspace, history);
    }
    return history;
  }

  private _setCurrent(model: IWorkspaceModel | null): void {
    if (model !== this._current) {
      this._current = model;
      this.currentChanged.emit(model);
    }
  }

  private readonly _origin = `browser-${UUID.uuid4()}`;
  private readonly _models = new Map<string, IWorkspaceModel>();
  /** Workspaces the server has forgotten, and what stands in for them. */
  private readonly _replaced = new Map<string, string>();
  /** By dataset: the workspace without a notebook that was closed last. */
  private readonly _closed = new Map<string, string>();
  /** They outlive their panels. */
  private readonly _histories = new Map<string, History<IViewSpec>>();
  private readonly _closing = new Set<Promise<void>>();
  private readonly _opening = new Map<string, Promise<IWorkspaceModel>>();
  private _current: IWorkspaceModel | null = null;
}
