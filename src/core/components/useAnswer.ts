/** One answer of the server that follows what is asked for. */
import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IErrorBody } from '../client/types';
import { Latest } from '../workspace/latest';

export interface IAnswer<T> {
  /** The last answer; stays until the next is there. Null: there was none. */
  readonly answer: T | null;
  readonly pending: boolean;
  readonly error: IErrorBody | null;
}

/**
 * Ask whenever `key` changes; null: do not ask, and forget the answer. Late replies are dropped.
 * `delay`: only once `key` has rested so long (milliseconds).
 */
export function useAnswer<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  delay = 0
): IAnswer<T> {
  const [state, setState] = React.useState<IAnswer<T>>({
    answer: null,
    pending: false,
    error: null
  });
  const latest = React.useMemo(() => new Latest(), []);
  const asked = React.useRef(ask);
  asked.current = ask;

  React.useEffect(() => {
    if (key === null) {
      setState({ answer: null, pending: false, error: null });
      return;
    }
    setState(old => ({ ...old, pending: true }));
    const run = (): void =>
      void latest
        .run(signal => asked.current(signal))
        .then(answer => {
          if (answer !== undefined) {
            setState({ answer, pending: false, error: null });
          }
        })
        .catch(reason =>
          setState({ answer: null, pending: false, error: errorBody(reason) })
        );
    const timer = delay > 0 ? setTimeout(run, delay) : run();
    return () => {
      clearTimeout(timer ?? undefined);
      latest.abort();
    };
  }, [key, latest, delay]);
  return state;
}
