/** A kernel with comms, and the session of its notebook. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { STATE_TARGET } from '../messages';

export class FakeComm {
  isDisposed = false;
  opened: unknown = undefined;
  readonly sent: unknown[] = [];
  onMsg: (message: unknown) => void = () => undefined;
  onClose: (message: unknown) => void = () => undefined;

  constructor(
    readonly kernel: FakeKernel,
    readonly targetName: string,
    readonly commId: string
  ) {}

  open(data: unknown): void {
    this.opened = data;
    // ipykernel closes at once a comm whose target nobody registered.
    if (!this.kernel.targets.has(this.targetName)) {
      void Promise.resolve().then(() => this.closeByKernel());
    } else {
      this._answer(data);
    }
  }

  send(data: unknown): void {
    this.sent.push(data);
    this._answer(data);
  }

  /** What was sent beside questions. */
  get states(): unknown[] {
    return this.sent.filter(data => !isSync(data));
  }

  dispose(): void {
    this.isDisposed = true;
    this.kernel.comms.delete(this.commId);
  }

  closeByKernel(): void {
    this.onClose({});
    this.dispose();
  }

  private _answer(data: unknown): void {
    if (isSync(data)) {
      const links = this.kernel.lenses.map(workspace => ({
        dataset: 'cells',
        workspace
      }));
      void Promise.resolve().then(() =>
        this.onMsg({ content: { data: { type: 'links', links } } })
      );
    }
  }
}

function isSync(data: unknown): boolean {
  return (data as { type?: unknown }).type === 'sync';
}

export class FakeKernel {
  /** What Python has registered. */
  readonly targets = new Set<string>();
  /** Workspaces that Python has shown. */
  lenses: string[] = [];
  /** Comms of an earlier page, by target. */
  readonly left: Record<string, string[]> = {};
  readonly comms = new Map<string, FakeComm>();
  readonly made: FakeComm[] = [];
  readonly supportsSubshells = false;
  private _callbacks = new Map<string, (comm: unknown, msg: unknown) => void>();

  createComm(target: string, id = `comm-${this.made.length}`): FakeComm {
    const comm = new FakeComm(this, target, id);
    this.comms.set(id, comm);
    this.made.push(comm);
    return comm;
  }

  hasComm(id: string): boolean {
    return this.comms.has(id);
  }

  registerCommTarget(
    target: string,
    callback: (comm: unknown, msg: unknown) => void
  ): void {
    this._callbacks.set(target, callback);
  }

  async requestCommInfo({ target_name }: { target_name: string }) {
    const ids = this.left[target_name] ?? [];
    const comms = Object.fromEntries(ids.map(id => [id, { target_name }]));
    return { content: { status: 'ok', comms } };
  }

  /** Python opens a comm: `show()`. */
  openFromPython(target: string, data: unknown): FakeComm {
    this.targets.add(STATE_TARGET);
    const comm = new FakeComm(this, target, `python-${this.made.length}`);
    this._callbacks.get(target)?.(comm, { content: { data } });
    return comm;
  }

  /** The comms vanish without a word. */
  restart(): void {
    this.targets.clear();
    this.lenses = [];
    for (const comm of this.comms.values()) {
      comm.dispose();
    }
  }

  stateComms(): FakeComm[] {
    return this.made.filter(comm => comm.targetName === STATE_TARGET);
  }
}

export class FakeSession {
  readonly kernelChanged = new Signal<this, unknown>(this);
  readonly statusChanged = new Signal<this, Kernel.Status>(this);
  readonly propertyChanged = new Signal<this, 'path' | 'name'>(this);
  session: { kernel: FakeKernel | null } | null;

  constructor(
    kernel: FakeKernel | null,
    public path = 'lab/analysis.ipynb'
  ) {
    this.session = { kernel };
  }

  setKernel(kernel: FakeKernel | null): void {
    this.session = { kernel };
    this.kernelChanged.emit({});
  }

  rename(path: string): void {
    this.path = path;
    this.propertyChanged.emit('path');
  }

  get context(): ISessionContext {
    return this as unknown as ISessionContext;
  }
}
