/** Going on with a job that stopped before its end. */
import type { IIngestRequest, IJob } from '../client/types';
import type { IJobs } from './tracker';

/** Whether it stopped before its end, and the same can be asked for again. */
export function isResumable(job: IJob): boolean {
  const stopped = job.state === 'failed' || job.state === 'cancelled';
  const again = job.ingest
    ? job.ingest.format !== 'dataframe'
    : !!(job.embed ?? job.project ?? job.duplicates);
  return stopped && again;
}

/** Start a job that goes on where this one stopped. */
export function resumeJob(
  jobs: IJobs,
  { ingest, embed, project, duplicates, dataset }: IJob
): Promise<IJob> {
  if (embed) {
    return jobs.startOn('embed', embed);
  }
  if (project) {
    return jobs.startOn('project', project);
  }
  if (duplicates) {
    return jobs.startOn('duplicates', duplicates);
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
