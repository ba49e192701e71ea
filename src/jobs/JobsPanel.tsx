import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody } from '../client/types';
import { ErrorBox } from '../components/ErrorBox';
import { JobRow } from './JobRow';
import { isActive, type IJobs } from './tracker';
import { useJobs } from './useJobs';

/** All jobs of the server, newest first. */
export function JobsPanel(props: {
  jobs: IJobs;
  context: IPanelContext;
}): JSX.Element {
  const { jobs, context } = props;
  const { trans } = context;
  const all = useJobs(jobs);
  const active = all.filter(isActive).length;
  const [error, setError] = React.useState<IErrorBody | null>(null);

  const refresh = React.useCallback(() => {
    jobs
      .refresh()
      .then(() => setError(null))
      .catch(reason => setError(errorBody(reason)));
  }, [jobs]);
  React.useEffect(refresh, [refresh]);

  return (
    <>
      <header className="vl-toolbar">
        <span className="vl-header-line" role="status">
          {trans._n(
            '%1 job, %2 active',
            '%1 jobs, %2 active',
            all.length,
            active
          )}
        </span>
      </header>
      <div className="vl-jobs-list">
        {error && <ErrorBox error={error} trans={trans} onRetry={refresh} />}
        {all.length === 0 && !error && (
          <p className="vl-quiet">
            {trans.__(
              'No job yet. Adding a dataset starts one; it shows here with its log.'
            )}
          </p>
        )}
        {all.map(job => (
          <JobRow key={job.job} job={job} jobs={jobs} context={context} />
        ))}
      </div>
    </>
  );
}
