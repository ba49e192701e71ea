/** Jobs that stopped before their end, and how they go on. */
import type { IIngestRequest, IJob } from '../client/types';
import type { IJobs } from './tracker';

/** Whether it stopped before its end, and the same can be asked for again. */
export function isResumable(job: IJob): boolean {
  const stopped = job.state === 'failed' || job.state === 'cancelled';
  const again = job.ingest
    ? job.ingest.format !== 'dataframe'
    : parameters(job) !== null;
  return stopped && again;
}

/** Of kinds that are simply asked for again: what is done already is found, or nothing was left. */
function parameters(job: IJob): object | null {
  return (
    job.embed ??
    job.project ??
    job.duplicates ??
    job.attributes ??
    job.export ??
    null
  );
}

/** Start a job that goes on where this one stopped. */
export function resumeJob(jobs: IJobs, job: IJob): Promise<IJob> {
  const { kind, ingest, dataset } = job;
  const given = parameters(job);
  if (given) {
    return jobs.startOn(kind, given);
  }
  if (!ingest || !dataset) {
    return Promise.reject(new Error('This job cannot be resumed.'));
  }
  return isOfUploads(ingest, dataset)
    ? jobs.startUploaded(dataset)
    : jobs.startIngest({
        ...ingest,
        name: ingest.name ?? dataset,
        incremental: true
      });
}

/** What was sent lies in the dataset's own folder, which the browser may not name. */
function isOfUploads(ingest: IIngestRequest, dataset: string): boolean {
  return ingest.source.endsWith(`/datasets/${dataset}/uploads`);
}
