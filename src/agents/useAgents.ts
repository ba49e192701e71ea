/** The runs of agents on a dataset, and the steps of one as they come. */
import * as React from 'react';
import type { IAgentRun } from './client';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, IJob } from '../core/client/types';
import { isActive } from '../core/jobs/tracker';
import { Latest } from '../core/workspace/latest';

const POLL_MS = 1000;

export interface IAgents {
  /** Newest first, without steps; null until they were read. */
  readonly runs: readonly IAgentRun[] | null;
  readonly error: IErrorBody | null;
}

/** `job`: that of the newest run, if it is known; the list follows it from its start to its end. */
export function useAgents(
  client: Pick<IClient, 'analysis'>,
  dataset: string,
  job: IJob | null
): IAgents {
  const [state, setState] = React.useState<IAgents>({
    runs: null,
    error: null
  });
  const latest = React.useMemo(() => new Latest(), []);
  const id = job?.kind === 'agent' ? job.job : null;
  const active = job !== null && isActive(job);
  React.useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const runs = await latest.run(signal =>
          client.analysis.agentRuns(dataset, signal)
        );
        if (runs) {
          setState({ runs, error: null });
          // A job that waits has no run yet.
          if (active && id && !runs.some(run => run.job === id)) {
            timer = setTimeout(() => void ask(), POLL_MS);
          }
        }
      } catch (reason) {
        setState(old => ({ ...old, error: errorBody(reason) }));
      }
    };
    void ask();
    return () => {
      clearTimeout(timer);
      latest.abort();
    };
  }, [client, dataset, id, active, latest]);
  return state;
}

/** A run with all of its steps so far; null: not read yet. */
export function useAgentRun(
  client: Pick<IClient, 'analysis'>,
  dataset: string,
  run: string | null
): IAgentRun | null {
  const [shown, setShown] = React.useState<IAgentRun | null>(null);
  const latest = React.useMemo(() => new Latest(), []);
  React.useEffect(() => {
    setShown(null);
    if (run === null) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    let known: IAgentRun | null = null;
    const ask = async (): Promise<void> => {
      const before = known?.steps ?? [];
      const after = before[before.length - 1]?.step ?? null;
      const read = await latest
        .run(signal => client.analysis.agentRun(dataset, run, after, signal))
        .catch(() => null);
      if (read) {
        known = { ...read, steps: [...before, ...read.steps] };
        setShown(known);
      }
      if (read !== undefined && !known?.stopped) {
        timer = setTimeout(() => void ask(), POLL_MS);
      }
    };
    void ask();
    return () => {
      clearTimeout(timer);
      latest.abort();
    };
  }, [client, dataset, run, latest]);
  return shown;
}
