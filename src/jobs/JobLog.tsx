import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody, IJob, ILogLine } from '../client/types';
import { ErrorBox } from '../components/ErrorBox';
import { isActive } from './tracker';

const REFRESH_MS = 2000;

/** A job's log, read again while the job is active. */
export function JobLog(props: {
  job: IJob;
  context: IPanelContext;
}): JSX.Element {
  const { trans, client } = props.context;
  const { job } = props.job;
  const active = isActive(props.job);
  const [lines, setLines] = React.useState<ILogLine[] | null>(null);
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

  if (error) {
    return <ErrorBox error={error} trans={trans} />;
  }
  if (lines === null) {
    return <p className="vl-quiet">{trans.__('Loading…')}</p>;
  }
  if (lines.length === 0) {
    return <p className="vl-quiet">{trans.__('Nothing was logged.')}</p>;
  }
  return (
    <ol className="vl-log" tabIndex={0} aria-label={trans.__('Log')}>
      {lines.map((line, i) => (
        <li key={i} data-level={line.level}>
          <time>{line.time.slice(11, 19)}</time> {line.message}
        </li>
      ))}
    </ol>
  );
}
