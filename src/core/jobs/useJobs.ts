import { useSyncExternalStore } from 'react';
import type { IJob } from '../client/types';
import type { IJobs } from './tracker';

/** All jobs, newest first; renders again when one changes. */
export function useJobs(jobs: IJobs): readonly IJob[] {
  return useSyncExternalStore(
    listener => {
      jobs.changed.connect(listener);
      return () => jobs.changed.disconnect(listener);
    },
    () => jobs.all
  );
}
