/** The jobs of the server: by events, and by asking while events stay away. */
import { Signal, type ISignal } from '@lumino/signaling';
import type { IClient } from '../client/context';
import type { IServerEvents } from '../client/events';
import type { IIngestParameters, IJob } from '../client/types';
import { readStored, writeStored } from '../components/storedSet';

/** Where the browser keeps the jobs that were taken off the list. */
const CLEARED = 'visionlens:cleared-jobs';

/** An active job that was silent for so long is asked for (milliseconds). */
const SILENCE_MS = 2000;

/** What a capability does with its jobs beside following them. */
export interface IJobKind {
  /** Show what a job that is done has brought. */
  readonly showReport: (job: IJob) => Promise<void>;
  /** Tell that a job is done, in the place of a line that names it. */
  readonly notifyDone: (job: IJob) => Promise<void>;
}

export interface IJobs {
  /** Kinds of jobs that bring a report, as their capabilities declare them. */
  readonly kinds: Map<string, IJobKind>;
  /** Newest first. */
  readonly all: readonly IJob[];
  /** Those that have not ended. */
  readonly active: readonly IJob[];
  readonly changed: ISignal<IJobs, void>;
  /** A job has ended while this page was open. */
  readonly ended: ISignal<IJobs, IJob>;
  get(job: string): IJob | undefined;
  /** Whether an ended job was taken off the list; the server still knows it. */
  isCleared(job: string): boolean;
  clearEnded(): void;
  refresh(): Promise<void>;
  startIngest(parameters: IIngestParameters): Promise<IJob>;
  /** Start a job of another kind; its parameters name the dataset. */
  startOn(kind: string, parameters: object): Promise<IJob>;
  /** Ingest the image files that were sent to a dataset. */
  startUploaded(dataset: string): Promise<IJob>;
  cancel(job: string): Promise<void>;
}

export function isActive(job: IJob): boolean {
  return ['queued', 'running', 'cancelling'].includes(job.state);
}

export class JobTracker implements IJobs {
  constructor(
    private readonly _client: IClient,
    events: IServerEvents
  ) {
    events.job.connect((_, job) => this._put(job));
  }

  readonly kinds = new Map<string, IJobKind>();
  readonly changed = new Signal<this, void>(this);
  readonly ended = new Signal<this, IJob>(this);

  get all(): readonly IJob[] {
    return this._sorted;
  }

  get active(): readonly IJob[] {
    return this._sorted.filter(isActive);
  }

  get(job: string): IJob | undefined {
    return this._jobs.get(job);
  }

  isCleared(job: string): boolean {
    return this._cleared.has(job);
  }

  clearEnded(): void {
    for (const job of this._sorted) {
      if (!isActive(job)) {
        this._cleared.add(job.job);
      }
    }
    writeStored(CLEARED, this._cleared);
    this._tell();
  }

  async refresh(): Promise<void> {
    const jobs = await this._client.jobs();
    const listed = new Set(jobs.map(job => job.job));
    for (const { job } of this.active) {
      if (!listed.has(job)) {
        this._jobs.delete(job);
      }
    }
    jobs.forEach(job => this._put(job));
    // The server forgets old jobs; so do we.
    for (const job of this._cleared) {
      if (!listed.has(job)) {
        this._cleared.delete(job);
      }
    }
    this._tell();
  }

  async startIngest(parameters: IIngestParameters): Promise<IJob> {
    const job = await this._client.startIngest(parameters);
    this._put(job);
    return job;
  }

  async startOn(kind: string, parameters: object): Promise<IJob> {
    const job = await this._client.startJob(kind, parameters);
    this._put(job);
    return job;
  }

  async startUploaded(dataset: string): Promise<IJob> {
    const job = await this._client.ingestUploads(dataset);
    this._put(job);
    return job;
  }

  async cancel(job: string): Promise<void> {
    this._put(await this._client.cancelJob(job));
  }

  private _put(job: IJob): void {
    const before = this._jobs.get(job.job);
    if (before && overtaken(job, before)) {
      return;
    }
    this._jobs.set(job.job, job);
    if (isActive(job)) {
      this._cleared.delete(job.job);
    }
    this._tell();
    if (before && isActive(before) && !isActive(job)) {
      this.ended.emit(job);
    }
  }

  private _tell(): void {
    this._sorted = [...this._jobs.values()].sort((a, b) =>
      b.created_at.localeCompare(a.created_at)
    );
    this.changed.emit();
    this._watch();
  }

  /** Events are advisory: while a job is active, silence is broken by asking. */
  private _watch(): void {
    clearTimeout(this._timer);
    if (this.active.length > 0) {
      this._timer = setTimeout(() => {
        this.refresh().catch(() => this._watch());
      }, SILENCE_MS);
    }
  }

  private readonly _jobs = new Map<string, IJob>();
  private readonly _cleared = readStored(CLEARED);
  private _sorted: readonly IJob[] = [];
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** Whether `job` is older news than what is known: an ended job does not run on. */
function overtaken(job: IJob, known: IJob): boolean {
  if (job.attempt !== known.attempt) {
    return job.attempt < known.attempt;
  }
  return !isActive(known) && isActive(job);
}
