/** Sends image files to datasets, a few at a time, and starts the ingest of what arrived. */
import { Signal } from '@lumino/signaling';
import type { IClient } from '../../core/client/context';
import { errorBody, isAbort } from '../../core/client/errors';
import type { IJobs } from '../../core/jobs/tracker';
import { isImageName } from '../../core/files/imageFiles';
import type { IUpload, IUploads } from './types';

/** How many files are on their way at once. */
export const CONCURRENCY = 4;

export class Uploads implements IUploads {
  constructor(
    private readonly _client: IClient,
    private readonly _jobs: IJobs
  ) {}

  readonly changed = new Signal<this, void>(this);

  get all(): readonly IUpload[] {
    return this._all;
  }

  start(dataset: string, files: readonly File[]): void {
    const images = files.filter(({ name }) => isImageName(name));
    const id = ++this._last;
    const upload: IUpload = {
      id,
      dataset,
      state: 'sending',
      files: images.length,
      sent: 0,
      bytes: images.reduce((sum, { size }) => sum + size, 0),
      bytesSent: 0,
      failures: [],
      skipped: files.map(({ name }) => name).filter(name => !isImageName(name)),
      cancelled: false,
      error: null
    };
    this._all = [...this._all, upload];
    this.changed.emit();
    void this._run(id, dataset, images);
  }

  cancel(id: number): void {
    this._change(id, () => ({ cancelled: true }));
    this._controllers.get(id)?.abort();
  }

  dismiss(id: number): void {
    this._all = this._all.filter(upload => upload.id !== id);
    this.changed.emit();
  }

  private async _run(
    id: number,
    dataset: string,
    files: readonly File[]
  ): Promise<void> {
    const controller = new AbortController();
    this._controllers.set(id, controller);
    const waiting = [...files];
    const lane = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        if (controller.signal.aborted) {
          return;
        }
        await this._send(id, dataset, file, controller.signal);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lane));
    this._controllers.delete(id);
    await this._ingest(id, dataset);
    const ended = this._change(id, () => ({ state: 'ended' }));
    const isClean =
      ended &&
      !ended.error &&
      !ended.cancelled &&
      ended.failures.length + ended.skipped.length === 0;
    if (isClean) {
      this.dismiss(id);
    }
  }

  private async _send(
    id: number,
    dataset: string,
    file: File,
    signal: AbortSignal
  ): Promise<void> {
    try {
      await this._client.upload(dataset, file, signal);
      this._change(id, ({ sent, bytesSent }) => ({
        sent: sent + 1,
        bytesSent: bytesSent + file.size
      }));
    } catch (reason) {
      if (!isAbort(reason)) {
        const failure = { name: file.name, error: errorBody(reason) };
        this._change(id, ({ failures }) => ({
          failures: [...failures, failure]
        }));
      }
    }
  }

  private async _ingest(id: number, dataset: string): Promise<void> {
    const upload = this._change(id, () => ({ state: 'starting' }));
    if (!upload || upload.sent === 0) {
      return;
    }
    try {
      await this._jobs.startUploaded(dataset);
    } catch (reason) {
      this._change(id, () => ({ error: errorBody(reason) }));
    }
  }

  private _change(
    id: number,
    work: (upload: IUpload) => Partial<IUpload>
  ): IUpload | undefined {
    this._all = this._all.map(upload =>
      upload.id === id ? { ...upload, ...work(upload) } : upload
    );
    this.changed.emit();
    return this._all.find(upload => upload.id === id);
  }

  private readonly _controllers = new Map<number, AbortController>();
  private _all: readonly IUpload[] = [];
  private _last = 0;
}
