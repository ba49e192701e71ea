import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IDatasetInfo, IErrorBody } from '../client/types';
import type { IDatasetsContext } from './types';

/** Events come in bursts while a job commits: one reading for each (milliseconds). */
const BURST_MS = 300;

interface IDatasets {
  /** Null: not read yet. */
  readonly datasets: readonly IDatasetInfo[] | null;
  readonly error: IErrorBody | null;
  readonly reload: () => void;
}

/** The server's datasets; read again when one changes or a job ends. */
export function useDatasets(context: IDatasetsContext): IDatasets {
  const { client, events, jobs } = context;
  const [datasets, setDatasets] = React.useState<IDatasetInfo[] | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const newest = React.useRef(0);

  const reload = React.useCallback(() => {
    const turn = ++newest.current;
    client.datasets().then(
      list => {
        if (turn === newest.current) {
          setDatasets(list);
          setError(null);
        }
      },
      reason => {
        if (turn === newest.current) {
          setError(errorBody(reason));
        }
      }
    );
  }, [client]);

  React.useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, BURST_MS);
    };
    reload();
    events.dataset.connect(soon);
    jobs.ended.connect(soon);
    return () => {
      newest.current++;
      clearTimeout(timer);
      events.dataset.disconnect(soon);
      jobs.ended.disconnect(soon);
    };
  }, [events, jobs, reload]);

  return { datasets, error, reload };
}
