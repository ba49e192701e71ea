import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody, IJob } from '../client/types';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { JobRow } from './JobRow';
import { isActive, type IJobs } from './tracker';
import { useJobs } from './useJobs';

/** All jobs of the server: first those under way, then how the others ended. */
export function JobsPanel(props: {
  jobs: IJobs;
  context: IPanelContext;
}): JSX.Element {
  const { jobs, context } = props;
  const { trans } = context;
  const all = useJobs(jobs).filter(({ job }) => !jobs.isCleared(job));
  const active = all.filter(isActive).reverse();
  const ended = all.filter(job => !isActive(job));
  const [error, setError] = React.useState<IErrorBody | null>(null);

  const refresh = React.useCallback(() => {
    jobs
      .refresh()
      .then(() => setError(null))
      .catch(reason => setError(errorBody(reason)));
  }, [jobs]);
  React.useEffect(refresh, [refresh]);

  const row = (job: IJob): JSX.Element => (
    <JobRow key={job.job} job={job} jobs={jobs} context={context} />
  );
  return (
    <>
      <header className="vl-toolbar">
        <span className="vl-header-line" role="status">
          {trans._n(
            '%1 job, %2 active',
            '%1 jobs, %2 active',
            all.length,
            active.length
          )}
        </span>
        <span className="vl-spacer" />
        <Button
          disabled={ended.length === 0}
          title={trans.__('Take the jobs that ended off this list')}
          onClick={() => jobs.clearEnded()}
        >
          {trans.__('Clear finished')}
        </Button>
      </header>
      <div
        className="vl-jobs-list"
        tabIndex={0}
        role="region"
        aria-label={trans.__('Jobs')}
      >
        {error && <ErrorBox error={error} trans={trans} onRetry={refresh} />}
        {all.length === 0 && !error && (
          <p className="vl-quiet">
            {trans.__(
              'No job here. Adding a dataset starts one; it shows here with its log.'
            )}
          </p>
        )}
        {active.map(row)}
        {ended.length > 0 && <h3>{trans.__('Ended')}</h3>}
        {ended.map(row)}
      </div>
    </>
  );
}
