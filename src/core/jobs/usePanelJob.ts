/** Starting jobs of a panel, and what became of the newest. */
import * as React from 'react';
import type { IClient } from '../client/context';
import type { IErrorBody, IJob } from '../client/types';
import { isActive } from './tracker';
import { useDatasetJob } from './useDatasetJob';
import { useAction } from '../components/useAction';

/** Resolves to false when the server refused it. */
export type StartJob<Jobs> = <Kind extends keyof Jobs>(
  kind: Kind,
  parameters: Jobs[Kind]
) => Promise<boolean>;

export interface IPanelJob<Jobs> {
  /** The newest of these jobs, running or ended; null: there was none. */
  readonly job: IJob | null;
  /** Whether one was started and has not ended. */
  readonly running: boolean;
  /** Why the server refused the last one. */
  readonly error: IErrorBody | null;
  readonly start: StartJob<Jobs>;
}

/** Where a panel's jobs are started. */
export interface IJobStarter<Jobs> {
  startJob<Kind extends keyof Jobs>(
    kind: Kind,
    dataset: string,
    parameters: Jobs[Kind]
  ): Promise<IJob>;
}

/** `onEnded` is called when a job has ended. */
export function usePanelJob<Jobs>(
  client: Pick<IClient, 'jobs'>,
  starter: IJobStarter<Jobs>,
  dataset: string,
  kinds: readonly IJob['kind'][],
  onEnded: () => void
): IPanelJob<Jobs> {
  const { job, look } = useDatasetJob(client, dataset, kinds);
  const [started, setStarted] = React.useState<string | null>(null);
  const { error, run } = useAction();
  const active = job !== null && isActive(job);
  const id = job?.job ?? null;
  React.useEffect(() => {
    if (id !== null && !active) {
      setStarted(null);
      onEnded();
    }
  }, [id, active, onEnded]);
  const start = React.useCallback<StartJob<Jobs>>(
    (kind, parameters) =>
      run(async () => {
        const { job } = await starter.startJob(kind, dataset, parameters);
        setStarted(job);
        look();
      }),
    [run, starter, dataset, look]
  );
  return { job, running: active || started !== null, error, start };
}
