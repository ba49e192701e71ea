/** Going on with a job that stopped before its end. */
import type { IIngestRequest, IJob } from '../client/types';
import type { IJobs } from './tracker';

/** Whether it stopped before its end, and the same source can be read again. */
export function isResumable({ state, ingest }: IJob): boolean {
  const stopped = state === 'failed' || state === 'cancelled';
  return stopped && !!ingest && ingest.format !== 'dataframe';
}

/** Start a job that goes on where this one stopped. */
export function resumeJob(
  jobs: IJobs,
  { ingest, dataset }: IJob
): Promise<IJob> {
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
