import * as React from 'react';
import type { IClient } from '../client/context';
import type { IJob } from '../client/types';
import { isActive } from './tracker';

const POLL_MS = 1000;
/** How often nothing new is asked for before it is taken for nothing: a job may follow another. */
const PATIENCE = 3;

export interface IDatasetJob {
  /** The newest job that was seen running here, running or ended; null: there was none. */
  readonly job: IJob | null;
  /** Look for one that was just started. */
  readonly look: () => void;
}

/** The newest job of some kinds on a dataset, followed from the time it runs to its end. */
export function useDatasetJob(
  client: Pick<IClient, 'jobs'>,
  dataset: string,
  kinds: readonly IJob['kind'][]
): IDatasetJob {
  const [job, setJob] = React.useState<IJob | null>(null);
  const [turn, setTurn] = React.useState(0);
  const wanted = kinds.join(' ');
  React.useEffect(() => setJob(null), [dataset]);
  React.useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    let quiet = turn > 0 ? 0 : PATIENCE;
    const ask = async (): Promise<void> => {
      const found = await newest(client, dataset, wanted.split(' '));
      if (over) {
        return;
      }
      quiet = found && isActive(found) ? 0 : quiet + 1;
      setJob(old =>
        found && (isActive(found) || found.job === old?.job) ? found : old
      );
      if (quiet <= PATIENCE) {
        timer = setTimeout(() => void ask(), POLL_MS);
      }
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, dataset, wanted, turn]);
  const look = React.useCallback(() => setTurn(old => old + 1), []);
  return { job, look };
}

async function newest(
  client: Pick<IClient, 'jobs'>,
  dataset: string,
  kinds: readonly string[]
): Promise<IJob | null> {
  try {
    const jobs = await client.jobs();
    return (
      jobs.find(
        each => each.dataset === dataset && kinds.includes(each.kind)
      ) ?? null
    );
  } catch {
    return null; // the panel of jobs says what is wrong with their list
  }
}
