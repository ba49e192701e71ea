/** Sends a workspace's changes to the server: debounced, one request at a time. */
import type { IClient } from '../client/context';
import { errorBody, VisionLensError } from '../client/errors';
import type { IErrorBody, IViewSpec, IWorkspace } from '../client/types';
import type { ISelectionChange } from './selection';

/** Larger selections travel as binary ids. */
const JSON_IDS = 1000;
const RETRY_MS = 5000;

/** The parts of a workspace that changed here. */
export interface IChange {
  readonly view?: IViewSpec;
  readonly selection?: ISelectionChange;
}

/** Who is told how sending went. */
export interface ISenderOwner {
  /** The newest version of the workspace known here. */
  baseVersion(): number;
  accepted(workspace: IWorkspace, change: IChange): void;
  /** Another origin changed the same part; the change was not made. */
  conflicted(error: IErrorBody): Promise<void>;
  /** The server does not want the change. */
  refused(error: IErrorBody): Promise<void>;
  /** The server could not be asked; the change is sent again later. */
  delayed(error: IErrorBody): void;
}

export interface ISenderOptions {
  readonly client: IClient;
  readonly dataset: string;
  readonly workspace: string;
  /** Who we are: our own echoes are known by it. */
  readonly origin: string;
  /** Debounce in milliseconds. */
  readonly delay: number;
}

export class Sender {
  constructor(
    private readonly _owner: ISenderOwner,
    private readonly _options: ISenderOptions
  ) {}

  /** What the server has not acknowledged, newest last. */
  get unacknowledged(): IChange {
    return { ...this._inFlight, ...this._waiting };
  }

  put(change: IChange): void {
    this._waiting = { ...this._waiting, ...change };
    this._schedule(this._options.delay);
  }

  /** Resolves when nothing is left to send, or sending has to wait for the server. */
  async flush(): Promise<void> {
    while (!this._disposed && (this._running || !isEmpty(this._waiting))) {
      clearTimeout(this._timer);
      this._running ??= this._send();
      if (!(await this._running)) {
        return;
      }
    }
  }

  dispose(): void {
    this._disposed = true;
    clearTimeout(this._timer);
  }

  private _schedule(delay: number): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.flush(), delay);
  }

  /** Send what waits; false: the server could not be asked. */
  private async _send(): Promise<boolean> {
    const change = this._waiting;
    this._inFlight = change;
    this._waiting = {};
    try {
      const workspace = await this._request(change);
      this._inFlight = {};
      this._owner.accepted(workspace, change);
    } catch (reason) {
      this._inFlight = {};
      if (this._disposed) {
        return false;
      }
      if (isTemporary(reason)) {
        this._waiting = { ...change, ...this._waiting };
        this._schedule(RETRY_MS);
        this._owner.delayed(errorBody(reason));
        return false;
      }
      const error = errorBody(reason);
      if (error.code === 'WORKSPACE_CONFLICT') {
        await this._owner.conflicted(error);
      } else {
        await this._owner.refused(error);
      }
    } finally {
      this._running = null;
    }
    return true;
  }

  private async _request({ view, selection }: IChange): Promise<IWorkspace> {
    const { client, dataset, workspace, origin } = this._options;
    if (!selection || selection.view || selection.ids.size <= JSON_IDS) {
      return this._patch(view, selection);
    }
    if (view) {
      await this._patch(view);
    }
    const ids = Uint32Array.from(selection.ids);
    return client.putSelection(dataset, workspace, ids, {
      baseVersion: this._owner.baseVersion(),
      origin,
      level: selection.level
    });
  }

  private _patch(
    view?: IViewSpec,
    selection?: ISelectionChange
  ): Promise<IWorkspace> {
    const { client, dataset, workspace, origin } = this._options;
    return client.changeWorkspace(dataset, workspace, {
      base_version: this._owner.baseVersion(),
      origin,
      ...(view && { view }),
      ...(selection && {
        selection_level: selection.level,
        ...(selection.view
          ? { select_view: selection.view }
          : { selection: [...selection.ids] })
      })
    });
  }

  private _waiting: IChange = {};
  private _inFlight: IChange = {};
  private _running: Promise<boolean> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _disposed = false;
}

function isEmpty(change: IChange): boolean {
  return !change.view && !change.selection;
}

/** Whether asking again later may help: no answer, a busy dataset, a proxy without its server. */
function isTemporary(reason: unknown): boolean {
  return (
    reason instanceof VisionLensError &&
    [0, 423, 502, 503, 504].includes(reason.status)
  );
}
