import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IJob } from '../client/types';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { signInCommand } from '../components/SignIn';
import { useAction } from '../components/useAction';
import { formatTime } from '../components/format';
import { fraction, jobTitle, progressLine } from './describe';
import { JobLog } from './JobLog';
import { ProgressBar } from '../components/ProgressBar';
import { isResumable, resumeJob } from './resume';
import { isActive, type IJobs } from './tracker';

interface IProps {
  readonly job: IJob;
  readonly jobs: IJobs;
  readonly context: IPanelContext;
  /** Takes a job that ended off the list; without it, it stays. */
  readonly onDismiss?: (job: IJob) => void;
}

/** One job: how far it is, what went wrong, its log, and a way to stop it. */
export function JobRow({ job, jobs, context, onDismiss }: IProps): JSX.Element {
  const { trans } = context;
  const action = useAction();
  const [logOpen, setLogOpen] = React.useState(false);
  const title = jobTitle(job, trans);
  const error = action.error ?? job.error;
  const signIn = job.error !== null && signInCommand(job.error) !== null;
  const reported = job.state === 'done' ? jobs.kinds.get(job.kind) : undefined;

  const run = (work: Promise<unknown>): void => void action.run(() => work);
  const resume = (): void => {
    run(resumeJob(jobs, job).then(() => onDismiss?.(job)));
  };

  return (
    <div className="vl-job" data-state={job.state}>
      <div className="vl-job-head">
        <span className="vl-job-title">{title}</span>
        {isActive(job) && (
          <Button
            disabled={job.state === 'cancelling'}
            onClick={() => run(jobs.cancel(job.job))}
          >
            {trans.__('Cancel')}
          </Button>
        )}
        {isResumable(job) && !signIn && (
          <Button
            title={trans.__('Go on: what is there already stays')}
            onClick={resume}
          >
            {job.state === 'failed'
              ? trans.__('Try again')
              : trans.__('Resume')}
          </Button>
        )}
        {reported && (
          <Button
            title={trans.__('What was written, and what could not be')}
            onClick={() => run(reported.showReport(job))}
          >
            {trans.__('Report')}
          </Button>
        )}
        {onDismiss && !isActive(job) && (
          <Button
            kind="icon"
            title={trans.__('Dismiss')}
            aria-label={trans.__('Dismiss')}
            onClick={() => onDismiss(job)}
          >
            ✕
          </Button>
        )}
      </div>
      {isActive(job) && <ProgressBar share={fraction(job)} label={title} />}
      <div className="vl-job-line">{progressLine(job, trans)}</div>
      {job.ingest && (
        <div className="vl-job-line vl-job-source" title={job.ingest.source}>
          {job.ingest.source}
          {job.finished_at && ` · ${formatTime(job.finished_at)}`}
        </div>
      )}
      {job.message && <div className="vl-job-line">{job.message}</div>}
      {error && (
        <ErrorBox
          error={error}
          trans={trans}
          commands={context.commands}
          onRetry={signIn && isResumable(job) ? resume : undefined}
        />
      )}
      <details
        className="vl-job-log"
        onToggle={event => setLogOpen(event.currentTarget.open)}
      >
        <summary>{trans.__('Log')}</summary>
        {logOpen && <JobLog job={job} context={context} />}
      </details>
    </div>
  );
}
