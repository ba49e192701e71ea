/** The comm that asks a kernel for its workspaces and tells it their states. */
import type { Kernel, KernelMessage as Jupyter } from '@jupyterlab/services';
import { STATE_TARGET, type StateMessage, type SyncMessage } from './messages';

/** A comm opened before Python registered its target closes at once: try again after (ms). */
const RETRIES_MS = [500, 2000, 8000];
const SUBSHELL_MS = 1000;
const SYNC: SyncMessage = { type: 'sync' };

export class StateComm {
  /**
   * @param kernel - the notebook's kernel.
   * @param states - the full state, sent whenever the comm is opened.
   * @param receive - takes the data of what the kernel answers.
   */
  constructor(
    private readonly _kernel: Kernel.IKernelConnection,
    private readonly _states: () => StateMessage[],
    private readonly _receive: (data: unknown) => void
  ) {}

  /** Whether a comm is open, as far as known here. */
  private get _isOpen(): boolean {
    return this._comm !== null && !this._comm.isDisposed;
  }

  /** Ask for the links and send every state, through a new comm if there is none. */
  open(): Promise<void> {
    this._attempt = 0;
    return this._enqueue();
  }

  /** Take over the comm that an earlier page left in the kernel. */
  adopt(commId: string): void {
    if (!this._isOpen && !this._kernel.hasComm(commId)) {
      this._take(this._kernel.createComm(STATE_TARGET, commId));
    }
  }

  /** Tell one workspace's state; a closed comm tells it when it opens. */
  send(state: StateMessage): void {
    if (this._isOpen) {
      this._comm!.send(state);
    }
  }

  /** The kernel has gone with its end of the comm, or will be told nothing more. */
  drop(): void {
    clearTimeout(this._timer);
    this._generation++;
    const comm = this._comm;
    this._comm = null;
    if (comm && !comm.isDisposed) {
      comm.onClose = () => undefined;
      comm.dispose();
    }
  }

  /** One opening after the other: a second finds what the first opened. */
  private _enqueue(): Promise<void> {
    clearTimeout(this._timer);
    this._opening = this._opening
      .catch(() => undefined)
      .then(() => this._open());
    return this._opening;
  }

  private async _open(): Promise<void> {
    if (this._isOpen) {
      this._comm!.send(SYNC);
      this._sendStates();
      return;
    }
    const generation = this._generation;
    const comm = this._kernel.createComm(STATE_TARGET);
    await subshell(this._kernel, comm);
    if (generation !== this._generation) {
      comm.dispose();
      return;
    }
    this._take(comm);
    comm.open(SYNC);
    this._sendStates();
  }

  private _sendStates(): void {
    this._states().forEach(state => this.send(state));
  }

  private _take(comm: Kernel.IComm): void {
    this._comm = comm;
    comm.onMsg = (message: Jupyter.ICommMsgMsg) => {
      this._receive(message.content.data);
    };
    comm.onClose = () => {
      if (this._comm === comm) {
        this._comm = null;
        this._retry();
      }
    };
  }

  private _retry(): void {
    const delay = RETRIES_MS[this._attempt++];
    if (delay !== undefined) {
      this._timer = setTimeout(
        () => void this._enqueue().catch(console.warn),
        delay
      );
    }
  }

  private _comm: Kernel.IComm | null = null;
  private _opening: Promise<void> = Promise.resolve();
  private _attempt = 0;
  /** Counts drops, so that an opening under way stops. */
  private _generation = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Wait until messages of the comm would be heard while a cell runs, where the kernel can do that. */
async function subshell(
  kernel: Kernel.IKernelConnection,
  comm: Kernel.IComm
): Promise<void> {
  // Not part of the interface, and never settled where subshells are switched off.
  const { subshellStarted } = comm as { subshellStarted?: Promise<void> };
  if (kernel.supportsSubshells && subshellStarted) {
    const patience = new Promise<void>(resolve =>
      setTimeout(resolve, SUBSHELL_MS)
    );
    await Promise.race([subshellStarted.catch(() => undefined), patience]);
  }
}
