/** Starting a job of the panel, and what became of it. */
import * as React from 'react';
import type { IClient } from '../client/context';
import type { IEvaluationJobs } from '../client/evaluations';
import { errorBody } from '../client/errors';
import type { IErrorBody, IJob } from '../client/types';
import { isActive } from '../jobs/tracker';
import { useDatasetJob } from '../jobs/useDatasetJob';

const KINDS = [
  'predictions',
  'evaluate',
  'intervals',
  'label_quality'
] as const;

export type StartJob = <Kind extends keyof IEvaluationJobs>(
  kind: Kind,
  parameters: IEvaluationJobs[Kind]
) => Promise<boolean>;

export interface IPanelJob {
  /** The newest of these jobs, running or ended; null: there was none. */
  readonly job: IJob | null;
  /** Whether one was started and has not ended. */
  readonly running: boolean;
  readonly error: IErrorBody | null;
  /** False: the server refused it, `error` says why. */
  readonly start: StartJob;
}

/** `onEnded` is called when a job has ended. */
export function useJob(
  client: Pick<IClient, 'jobs' | 'evaluations'>,
  dataset: string,
  onEnded: () => void
): IPanelJob {
  const { job, look } = useDatasetJob(client, dataset, KINDS);
  const [started, setStarted] = React.useState<string | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const active = job !== null && isActive(job);
  const id = job?.job ?? null;
  React.useEffect(() => {
    if (id !== null && !active) {
      setStarted(null);
      onEnded();
    }
  }, [id, active, onEnded]);
  const start = React.useCallback<StartJob>(
    async (kind, parameters) => {
      setError(null);
      try {
        const { job } = await client.evaluations.startJob(
          kind,
          dataset,
          parameters
        );
        setStarted(job);
        look();
        return true;
      } catch (reason) {
        setError(errorBody(reason));
        return false;
      }
    },
    [client, dataset, look]
  );
  return { job, running: active || started !== null, error, start };
}
