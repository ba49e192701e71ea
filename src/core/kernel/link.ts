/** One notebook's link: its kernel's requests come in, its workspaces' states go out. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage as Jupyter } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { IWorkspaceModel } from '../workspace/types';
import {
  type ILinks,
  type IShowRequest,
  parseKernelMessage,
  REQUEST_TARGET,
  STATE_TARGET,
  stateMessage
} from './messages';
import { StateComm } from './stateComm';

/** What a link needs of the page. */
export interface ILinkHost {
  /** Open the workspace the kernel asked for and show it beside the notebook. */
  show(request: IShowRequest, link: NotebookLink): Promise<IWorkspaceModel>;
  /** The workspace, if it is open. */
  get(workspace: string): IWorkspaceModel | undefined;
  /** The kernel told its version. */
  hello(version: string): void;
  /** Something went wrong that the user should know. */
  failed(reason: unknown): void;
}

export class NotebookLink {
  constructor(
    private readonly _session: ISessionContext,
    private readonly _host: ILinkHost
  ) {
    _session.kernelChanged.connect(this._onKernel, this);
    _session.statusChanged.connect(this._onStatus, this);
    _session.propertyChanged.connect(this._onRenamed, this);
    this._onKernel();
  }

  /** The set of linked workspaces has changed, or the notebook's name. */
  readonly changed = new Signal<this, void>(this);

  /** Path of the notebook, as it is called now. */
  get path(): string {
    return this._session.path;
  }

  /** Whether the kernel has said hello since it started. */
  get isLive(): boolean {
    return this._live;
  }

  has(workspace: string): boolean {
    return this._models.has(workspace);
  }

  /** Tell the kernel of this workspace's changes from now on. */
  attach(model: IWorkspaceModel): void {
    const { id } = model.store.getState();
    if (this._models.has(id)) {
      return;
    }
    const unsubscribe = model.store.subscribe((state, before) => {
      if (state.version !== before.version) {
        this._state?.send(stateMessage(model.server));
      }
    });
    this._models.set(id, { model, unsubscribe });
    this.changed.emit();
    this._state?.send(stateMessage(model.server));
  }

  /** Attach a workspace that was opened just now, if the kernel has a lens on it. */
  offer(model: IWorkspaceModel): void {
    if (this._lenses.has(model.server.workspace)) {
      this.attach(model);
    }
  }

  detach(workspace: string): void {
    this._models.get(workspace)?.unsubscribe();
    if (this._models.delete(workspace)) {
      this.changed.emit();
    }
  }

  dispose(): void {
    Signal.clearData(this);
    this._drop();
    [...this._models.keys()].forEach(workspace => this.detach(workspace));
  }

  private _onKernel(): void {
    const kernel = this._session.session?.kernel ?? null;
    if (kernel === this._kernel) {
      return;
    }
    this._drop();
    this._kernel = kernel;
    this._state =
      kernel &&
      new StateComm(
        kernel,
        () => this._states(),
        data => this._receive(data)
      );
    if (kernel) {
      kernel.registerCommTarget(REQUEST_TARGET, (comm, message) =>
        this._listen(comm, message.content.data)
      );
      void this._recover(kernel);
    }
  }

  /** After a restart the comms are gone, though nobody closed them; the kernel will say hello. */
  private _onStatus(_: unknown, status: Kernel.Status): void {
    if (['restarting', 'autorestarting', 'dead'].includes(status)) {
      this._drop();
    }
  }

  private _onRenamed(_: unknown, property: string): void {
    if (property === 'path') {
      this.changed.emit();
    }
  }

  /** Take over the comms that an earlier page left in this kernel. */
  private async _recover(kernel: Kernel.IKernelConnection): Promise<void> {
    try {
      const [requests, states] = await Promise.all([
        commIds(kernel, REQUEST_TARGET),
        commIds(kernel, STATE_TARGET)
      ]);
      if (kernel !== this._kernel || requests.length === 0) {
        return;
      }
      requests
        .filter(commId => !kernel.hasComm(commId))
        .forEach(commId =>
          this._listen(kernel.createComm(REQUEST_TARGET, commId))
        );
      states.forEach(commId => this._state?.adopt(commId));
      this._open();
    } catch (reason) {
      console.warn(
        'VisionLens: no word from the kernel about its links',
        reason
      );
    }
  }

  private _listen(comm: Kernel.IComm, opening?: unknown): void {
    comm.onMsg = (message: Jupyter.ICommMsgMsg) => {
      this._receive(message.content.data);
    };
    this._receive(opening);
  }

  private _receive(data: unknown): void {
    const message = parseKernelMessage(data);
    switch (message?.type) {
      case 'hello':
        this._host.hello(message.version);
        this._open();
        break;
      case 'links':
        this._follow(message);
        break;
      case 'show':
        this._lenses.add(message.workspace);
        this._host
          .show(message, this)
          .then(model => this.attach(model))
          .catch(reason => this._host.failed(reason));
        break;
      case 'changed':
        void this._host.get(message.workspace)?.pull(message.version);
        break;
    }
  }

  /** The kernel knows best: after a reload or a restart this page has no or old links. */
  private _follow({ links }: ILinks): void {
    this._lenses = new Set(links.map(({ workspace }) => workspace));
    for (const workspace of this._models.keys()) {
      if (!this._lenses.has(workspace)) {
        this.detach(workspace);
      }
    }
    for (const workspace of this._lenses) {
      const model = this._host.get(workspace);
      if (model) {
        this.attach(model);
      }
    }
  }

  private _states() {
    return [...this._models.values()].map(({ model }) =>
      stateMessage(model.server)
    );
  }

  private _drop(): void {
    this._state?.drop();
    this._lenses.clear();
    this._live = false;
    this.changed.emit();
  }

  private _open(): void {
    if (!this._live) {
      this._live = true;
      this.changed.emit();
    }
    this._state?.open().catch(reason => {
      console.warn('VisionLens: the link to the kernel did not open', reason);
    });
  }

  private readonly _models = new Map<
    string,
    { model: IWorkspaceModel; unsubscribe: () => void }
  >();
  /** Workspaces that the kernel has shown since it started, whether they are open here or not. */
  private _lenses = new Set<string>();
  private _kernel: Kernel.IKernelConnection | null = null;
  private _state: StateComm | null = null;
  private _live = false;
}

/** Ids of a target's comms in the kernel; a busy kernel answers after its cell. */
async function commIds(
  kernel: Kernel.IKernelConnection,
  target: string
): Promise<string[]> {
  const { content } = await kernel.requestCommInfo({ target_name: target });
  return content.status === 'ok' ? Object.keys(content.comms) : [];
}
