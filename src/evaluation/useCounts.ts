/** Counts at the threshold of the slider, of the samples of the view. */
import * as React from 'react';
import type { IClient } from '../core/client/context';
import type { ICounts } from './client';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, IViewSpec } from '../core/client/types';
import { Latest } from '../core/workspace/latest';

/** While the slider moves it is counted so often (milliseconds). */
const PAUSE_MS = 40;

export interface ICountsAnswer {
  /** The last counts that came: they stay until the next are there. */
  readonly counts: ICounts | null;
  /** Whether they are behind the slider or the view. */
  readonly pending: boolean;
  readonly error: IErrorBody | null;
}

/** What is asked for; null evaluation: nothing yet. */
export interface ICountsRequest {
  readonly dataset: string;
  readonly evaluation: string | null;
  /** Changes with the evaluation's data. */
  readonly made: string | null;
  readonly confidence: number | null;
  /** Its samples are counted; null: all of the evaluation. */
  readonly view: IViewSpec | null;
}

export function useCounts(
  client: Pick<IClient, 'evaluations'>,
  asked: ICountsRequest
): ICountsAnswer {
  const { dataset, evaluation, made, confidence, view } = asked;
  const [state, setState] = React.useState<{
    of: string | null;
    counts: ICounts | null;
    error: IErrorBody | null;
  }>({ of: null, counts: null, error: null });
  const [pending, setPending] = React.useState(false);
  const latest = React.useMemo(() => new Latest(), []);
  const spec = JSON.stringify(view);

  React.useEffect(() => {
    if (evaluation === null) {
      return;
    }
    setPending(true);
    const request = { confidence, view: JSON.parse(spec) as IViewSpec | null };
    const count = async (): Promise<void> => {
      try {
        const counts = await latest.run(signal =>
          client.evaluations.counts(dataset, evaluation, request, signal)
        );
        if (counts) {
          setState({ of: evaluation, counts, error: null });
          setPending(false);
        }
      } catch (reason) {
        const error = errorBody(reason);
        setState(old => ({ ...old, of: evaluation, error }));
        setPending(false);
      }
    };
    const timer = setTimeout(() => void count(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      latest.abort();
    };
  }, [client, dataset, evaluation, made, confidence, spec, latest]);

  const isOurs = state.of === evaluation;
  return {
    counts: isOurs ? state.counts : null,
    pending,
    error: isOurs ? state.error : null
  };
}
