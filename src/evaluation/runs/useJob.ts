/** The jobs of the evaluation panel. */
import type { IClient } from '../../core/client/context';
import type { IEvaluationJobs } from '../client';
import * as jobs from '../../core/jobs/usePanelJob';

const KINDS = [
  'predictions',
  'evaluate',
  'intervals',
  'label_quality'
] as const;

export type StartJob = jobs.StartJob<IEvaluationJobs>;
export type IPanelJob = jobs.IPanelJob<IEvaluationJobs>;

/** `onEnded` is called when a job has ended. */
export function useJob(
  client: Pick<IClient, 'jobs' | 'evaluations'>,
  dataset: string,
  onEnded: () => void
): IPanelJob {
  return jobs.usePanelJob<IEvaluationJobs>(
    client,
    client.evaluations,
    dataset,
    KINDS,
    onEnded
  );
}
