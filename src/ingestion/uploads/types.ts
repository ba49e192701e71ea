import type { ISignal } from '@lumino/signaling';
import type { IErrorBody } from '../../core/client/types';

export interface IUploadFailure {
  readonly name: string;
  readonly error: IErrorBody;
}

/** Files on their way to a dataset; a new object at each change. */
export interface IUpload {
  readonly id: number;
  readonly dataset: string;
  /** `ended`: all is said in `sent`, `failures` and `error`. */
  readonly state: 'sending' | 'starting' | 'ended';
  readonly files: number;
  readonly sent: number;
  readonly bytes: number;
  readonly bytesSent: number;
  readonly failures: readonly IUploadFailure[];
  /** Names of what is no image, and was not sent. */
  readonly skipped: readonly string[];
  readonly cancelled: boolean;
  /** Why the ingest of what was sent did not start. */
  readonly error: IErrorBody | null;
}

export interface IUploads {
  /** Oldest first; one that ended stays until it is dismissed, or at once when all went well. */
  readonly all: readonly IUpload[];
  readonly changed: ISignal<IUploads, void>;
  /** Send files and then ingest them. */
  start(dataset: string, files: readonly File[]): void;
  /** Stop sending; what was sent stays on the server and is ingested. */
  cancel(id: number): void;
  dismiss(id: number): void;
}
