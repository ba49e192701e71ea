import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IDatasetInfo, IErrorBody, IJob } from '../client/types';
import type { IDatasetsContext } from './types';
import { isActive } from '../jobs/tracker';

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

interface IOwnJobs {
  /** Ingests to show: all that run, and those from here that failed. */
  readonly visible: readonly IJob[];
  /** Datasets whose ingest ended while this panel was open. */
  readonly finished: ReadonlySet<string>;
  /** This one was started here. */
  readonly add: (job: IJob) => void;
  /** This one failed, and was read. */
  readonly dismiss: (job: IJob) => void;
}

/** The ingests this panel follows. */
export function useOwnJobs(all: readonly IJob[]): IOwnJobs {
  const [followed, setFollowed] = React.useState<ReadonlySet<string>>(
    new Set()
  );
  const add = React.useCallback((job: IJob) => {
    setFollowed(before => new Set(before).add(job.job));
  }, []);

  const dismiss = React.useCallback((job: IJob) => {
    setFollowed(before => new Set([...before].filter(id => id !== job.job)));
  }, []);

  const ingests = all.filter(job => job.kind === 'ingest');
  const running = ingests.filter(isActive);
  // Also what was started in a notebook, or before a reload, is followed from now on.
  React.useEffect(() => {
    running.filter(job => !followed.has(job.job)).forEach(add);
  });

  const visible = ingests.filter(
    job => isActive(job) || (job.state === 'failed' && followed.has(job.job))
  );
  const finished = new Set(
    ingests
      .filter(job => job.state === 'done' && followed.has(job.job))
      .map(job => job.dataset ?? '')
  );
  return { visible, finished, add, dismiss };
}
