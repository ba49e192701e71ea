import * as React from 'react';
import type { IPanelContext, IClient } from '../client/context';
import type { IJob, ILogLine, IErrorBody } from '../client/types';
import { Button } from '../components/Button';
import { ErrorBox } from '../components/ErrorBox';
import { isActive } from './tracker';
import { errorBody } from '../client/errors';

/** A job's log: read again while the job is active, its end in view while that is wished. */
export function JobLog(props: {
  job: IJob;
  context: IPanelContext;
}): JSX.Element {
  const { trans, client } = props.context;
  const active = isActive(props.job);
  const { lines, error } = useJobLog(client, props.job.job, active);
  const [follow, setFollow] = React.useState(true);
  const list = React.useRef<HTMLOListElement>(null);

  React.useEffect(() => {
    if (follow && list.current) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  }, [follow, lines]);

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
    <>
      <div className="vl-log-actions">
        {active && (
          <label>
            <input
              type="checkbox"
              checked={follow}
              onChange={event => setFollow(event.currentTarget.checked)}
            />{' '}
            {trans.__('Follow')}
          </label>
        )}
        <Button
          kind="link"
          onClick={() => void navigator.clipboard.writeText(logText(lines))}
        >
          {trans.__('Copy log')}
        </Button>
      </div>
      <ol
        ref={list}
        className="vl-log"
        tabIndex={0}
        aria-label={trans.__('Log')}
      >
        {lines.map((line, i) => (
          <li key={i} data-level={line.level}>
            <time>{line.time.slice(11, 19)}</time> {line.message}
          </li>
        ))}
      </ol>
    </>
  );
}

function logText(lines: readonly ILogLine[]): string {
  return lines
    .map(({ time, level, message }) => `${time} ${level} ${message}`)
    .join('\n');
}

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
