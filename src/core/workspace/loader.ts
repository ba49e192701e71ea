/** Reads what a view holds; only the newest request counts. */
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type {
  IDatasetDetail,
  IErrorBody,
  IViewIds,
  IViewSpec
} from '../client/types';
import { Latest } from './latest';

/** While others write, the dataset is read again at most this often (milliseconds). */
const RELOAD_MS = 1000;

/** Who is told what was read. */
export interface ILoaderOwner {
  /** The view to read, and the dataset as far as it is known. */
  wanted(): {
    view: IViewSpec;
    detail: IDatasetDetail | null;
    datasetVersion: number;
  };
  /** `detail` null: as before. */
  loaded(
    view: IViewSpec,
    answer: IViewIds,
    detail: IDatasetDetail | null
  ): void;
  failed(error: IErrorBody): void;
}

export class Loader {
  constructor(
    private readonly _client: IClient,
    private readonly _dataset: string,
    private readonly _owner: ILoaderOwner
  ) {}

  /** Resolves when nothing is being read or waits to be. */
  async settled(): Promise<void> {
    while (this._soon !== undefined || this._running) {
      await (this._running ?? this.load());
    }
  }

  /** Read the view now. */
  load(): Promise<void> {
    this._clear();
    const running = this._read().finally(() => {
      if (this._running === running) {
        this._running = null;
      }
    });
    this._running = running;
    return running;
  }

  /** Read the view when nothing else was asked for during `delay` milliseconds. */
  loadSoon(delay: number): void {
    this._latest.abort();
    this._clear();
    this._soon = setTimeout(() => void this.load(), delay);
  }

  /** The dataset has this version: read it, in its turn. */
  reload(version: number): void {
    this._newest = Math.max(this._newest, version);
    this._reload ??= setTimeout(() => {
      this._reload = undefined;
      if (this._newest > this._owner.wanted().datasetVersion) {
        void this.load();
      }
    }, this._wait());
  }

  dispose(): void {
    this._clear();
    clearTimeout(this._reload);
    this._latest.abort();
  }

  private async _read(): Promise<void> {
    const { view, detail, datasetVersion } = this._owner.wanted();
    this._readAt = Date.now();
    try {
      const answer = await this._latest.run(async signal => {
        const ids = await this._client.view(this._dataset, view, signal);
        if (detail === null && !signal.aborted) {
          // The first pictures do not wait for what is told about the dataset, nor for the
          // server to count it.
          this._owner.loaded(view, ids, null);
        }
        const fresh = detail !== null && ids.version === datasetVersion;
        return {
          ids,
          detail: fresh ? detail : await this._client.dataset(this._dataset)
        };
      });
      if (answer) {
        this._owner.loaded(view, answer.ids, answer.detail);
      }
    } catch (reason) {
      this._owner.failed(errorBody(reason));
    }
  }

  private _wait(): number {
    return Math.max(0, this._readAt + RELOAD_MS - Date.now());
  }

  private _clear(): void {
    clearTimeout(this._soon);
    this._soon = undefined;
  }

  private readonly _latest = new Latest();
  private _running: Promise<void> | null = null;
  private _soon: ReturnType<typeof setTimeout> | undefined;
  private _reload: ReturnType<typeof setTimeout> | undefined;
  private _newest = 0;
  private _readAt = 0;
}
