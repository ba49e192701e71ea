/** Where jobs stopped for want of credentials, by dataset. */
import type { ISignedOut, IStopped } from '../client/context';
import type { IJob } from '../client/types';
import { signInCommand } from '../components/SignIn';
import { isResumable, resumeJob } from './resume';
import type { IJobs } from './tracker';

/** The newest job of each kind on a dataset that stopped so; one that was asked for again did not. */
export function stoppedJobs(
  jobs: readonly IJob[],
  dataset: string
): readonly IJob[] {
  const newest = new Map<string, IJob>();
  for (const job of jobs) {
    if (job.dataset === dataset && !newest.has(job.kind)) {
      newest.set(job.kind, job);
    }
  }
  return [...newest.values()].filter(
    ({ state, error }) =>
      state === 'failed' && error !== null && signInCommand(error) !== null
  );
}

export class SignedOut implements ISignedOut {
  constructor(private readonly _jobs: IJobs) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this._jobs.changed.connect(listener);
    // Jobs that ended before this page was opened are not known yet.
    this._asked ??= this._jobs.refresh().catch(() => undefined);
    return () => this._jobs.changed.disconnect(listener);
  };

  readonly get = (dataset: string): IStopped | null => {
    const stopped = stoppedJobs(this._jobs.all, dataset);
    const [first] = stopped;
    const key = stopped.map(({ job }) => job).join(' ');
    if (!first?.error) {
      this._known.delete(dataset);
      return null;
    }
    const before = this._known.get(dataset);
    if (before?.key === key) {
      return before.value;
    }
    const value: IStopped = {
      error: first.error,
      resume: async () => {
        for (const job of stopped.filter(isResumable)) {
          await resumeJob(this._jobs, job);
        }
      }
    };
    this._known.set(dataset, { key, value });
    return value;
  };

  private readonly _known = new Map<
    string,
    { readonly key: string; readonly value: IStopped }
  >();
  private _asked: Promise<void> | undefined;
}

const known = new WeakMap<IJobs, ISignedOut>();

/** The one of all panels. */
export function signedOutOf(jobs: IJobs): ISignedOut {
  const found = known.get(jobs) ?? new SignedOut(jobs);
  known.set(jobs, found);
  return found;
}
