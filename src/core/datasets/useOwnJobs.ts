import * as React from 'react';
import type { IJob } from '../client/types';
import { isActive } from '../jobs/tracker';

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
