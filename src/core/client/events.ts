/** The server's events (`jupyter_events`), sorted by kind. */
import type { Event } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IJob } from './types';

const SCHEMA = /^https:\/\/visionlens-jlab\.dev\/events\/(\w+)\/v1$/;

export interface IDatasetEvent {
  readonly dataset: string;
  readonly version: number;
  readonly change: 'created' | 'changed' | 'deleted';
}

export interface IWorkspaceEvent {
  readonly dataset: string;
  readonly workspace: string;
  readonly version: number;
  readonly origin: string | null;
}

/** What the server announces. Events are hints: what they speak of is read over REST. */
export interface IServerEvents {
  readonly job: ISignal<unknown, IJob>;
  readonly dataset: ISignal<unknown, IDatasetEvent>;
  readonly workspace: ISignal<unknown, IWorkspaceEvent>;
}

export class ServerEvents implements IServerEvents {
  constructor(stream: Event.Stream) {
    stream.connect(this._sort, this);
  }

  readonly job = new Signal<ServerEvents, IJob>(this);
  readonly dataset = new Signal<ServerEvents, IDatasetEvent>(this);
  readonly workspace = new Signal<ServerEvents, IWorkspaceEvent>(this);

  private _sort(_: unknown, emission: Event.Emission): void {
    // Jupyter validated the payload against the schema of its id.
    const payload = emission as unknown;
    switch (SCHEMA.exec(emission.schema_id)?.[1]) {
      case 'job':
        this.job.emit((payload as { job: IJob }).job);
        break;
      case 'dataset':
        this.dataset.emit(payload as IDatasetEvent);
        break;
      case 'workspace':
        this.workspace.emit(payload as IWorkspaceEvent);
        break;
    }
  }
}
