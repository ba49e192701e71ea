import * as React from 'react';
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody, ILogLine } from '../client/types';

const REFRESH_MS = 2000;

/** The lines of a job's log; null: not read yet. */
export function useJobLog(
  client: IClient,
  job: string,
  active: boolean
): { lines: readonly ILogLine[] | null; error: IErrorBody | null } {
  const [lines, setLines] = React.useState<readonly ILogLine[] | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);

  React.useEffect(() => {
    let mounted = true;
    const read = async (): Promise<void> => {
      try {
        const log = await client.jobLog(job);
        if (mounted) {
          setLines(log);
          setError(null);
        }
      } catch (reason) {
        if (mounted) {
          setError(errorBody(reason));
        }
      }
    };
    void read();
    const timer = active ? setInterval(() => void read(), REFRESH_MS) : 0;
    return () => {
      mounted = false;
      clearInterval(timer);
    };
  }, [client, job, active]);

  return { lines, error };
}
