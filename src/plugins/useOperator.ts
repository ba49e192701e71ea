/** The state of an operator's form: arguments, scope, its preview, and sending it. */
import * as React from 'react';
import type { IClient } from '../core/client/context';
import { VisionLensError } from '../core/client/errors';
import type { IErrorBody, IJob } from '../core/client/types';
import { useAction } from '../core/components/useAction';
import { isActive, type IJobs } from '../core/jobs/tracker';
import type { IOperatorResult } from './client';
import type { IEntry } from './installed';
import { type Arguments, defaultsOf, fits, schemaOf } from './SchemaForm';
import { type Extent, type IScope, requestedBy } from './scope';

/** Samples that a preview runs on. */
export const PREVIEWED = 5;
const POLL_MS = 300;

export interface IOperatorForm {
  readonly schema: ReturnType<typeof schemaOf>;
  readonly values: Arguments;
  readonly extent: Extent;
  /** Whether somebody tried to send what may not fit. */
  readonly judged: boolean;
  readonly busy: boolean;
  readonly error: IErrorBody | null;
  /** The preview that runs. */
  readonly job: IJob | null;
  /** What it gave, for these very arguments. */
  readonly previewed: IOperatorResult | null;
  readonly setValues: (values: Arguments) => void;
  readonly setExtent: (extent: Extent) => void;
  readonly preview: () => void;
  readonly run: () => void;
}

export function useOperator(
  { plugin, contribution }: IEntry,
  scope: IScope,
  client: Pick<IClient, 'job' | 'cancelJob'>,
  jobs: IJobs,
  onStarted: () => void
): IOperatorForm {
  const schema = React.useMemo(
    () => schemaOf(contribution.form),
    [contribution]
  );
  const [values, setValues] = React.useState(() => defaultsOf(schema));
  const [extent, setExtent] = React.useState<Extent>(
    scope.chosen ? 'chosen' : 'view'
  );
  const [judged, setJudged] = React.useState(false);
  const [job, setJob] = React.useState<IJob | null>(null);
  const [previewed, setPreviewed] = React.useState<IOperatorResult | null>(
    null
  );
  const { busy, error, run, forget } = useAction();
  const gone = React.useRef(false);
  const running = React.useRef<string | null>(null);
  React.useEffect(
    () => () => {
      gone.current = true;
      if (running.current) {
        client.cancelJob(running.current).catch(() => undefined);
      }
    },
    [client]
  );

  const start = (preview: number | null): Promise<IJob> =>
    jobs.startOn('operator', {
      dataset: scope.state.dataset,
      plugin: plugin.name,
      operator: contribution.id,
      arguments: values,
      preview,
      ...requestedBy(extent, scope)
    });
  const follow = async (): Promise<void> => {
    let now = await start(PREVIEWED);
    while (isActive(now) && !gone.current) {
      running.current = now.job;
      setJob(now);
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
      now = await client.job(now.job);
    }
    running.current = null;
    setJob(null);
    if (now.error) {
      throw new VisionLensError(now.error);
    }
    setPreviewed(
      now.state === 'done' ? (now.result as unknown as IOperatorResult) : null
    );
  };
  const ask = (work: () => Promise<void>): void => {
    setJudged(true);
    if (!busy && fits(schema, values)) {
      setPreviewed(null);
      void run(work).then(() => setJob(null));
    }
  };
  const changed = (): void => {
    setPreviewed(null);
    forget();
  };
  return {
    schema,
    values,
    extent,
    judged,
    busy,
    error,
    job,
    previewed,
    setValues: next => {
      setValues(next);
      changed();
    },
    setExtent: next => {
      setExtent(next);
      changed();
    },
    preview: () => ask(follow),
    run: () =>
      ask(async () => {
        await start(null);
        onStarted();
      })
  };
}
