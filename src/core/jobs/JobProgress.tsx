import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { ProgressBar } from '../components/ProgressBar';
import type { IJob } from '../client/types';
import { fraction, jobTitle, progressLine } from './describe';
import { isActive } from './tracker';

/** How far a job is, and a way to stop it; what went wrong once it has ended. */
export function JobProgress(props: {
  job: IJob;
  context: IPanelContext;
}): JSX.Element | null {
  const { job, context } = props;
  const { trans, client } = context;
  const title = jobTitle(job, trans);
  if (!isActive(job)) {
    return job.error ? <ErrorBox error={job.error} trans={trans} /> : null;
  }
  return (
    <div className="vl-job-progress">
      <div className="vl-job-head">
        <span>{title}</span>
        <Button
          disabled={job.state === 'cancelling'}
          onClick={() => void client.cancelJob(job.job).catch(() => undefined)}
        >
          {trans.__('Cancel')}
        </Button>
      </div>
      <ProgressBar share={fraction(job)} label={title} />
      <div className="vl-job-line">{progressLine(job, trans)}</div>
    </div>
  );
}
