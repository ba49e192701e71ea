import * as React from 'react';
import type { IClient } from '../../client/context';
import { errorBody, isAbort } from '../../client/errors';
import type { Filter, IErrorBody } from '../../client/types';

const DELAY = 250;

export interface ICheck {
  /** The condition as text. */
  readonly text: string;
  /** What is wrong with it. */
  readonly error: IErrorBody | null;
}

const NOTHING: ICheck = { text: '', error: null };

/** What the server says of a condition, a little after it last changed. */
export function useCheck(
  client: Pick<IClient, 'predicate'>,
  dataset: string,
  filter: Filter | null
): ICheck {
  const [check, setCheck] = React.useState<ICheck>(NOTHING);
  const key = JSON.stringify(filter);
  React.useEffect(() => {
    if (filter === null) {
      setCheck(NOTHING);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      client.predicate(dataset, { filter }, abort.signal).then(
        ({ text }) => setCheck({ text, error: null }),
        reason => {
          if (!abort.signal.aborted && !isAbort(reason)) {
            setCheck({ text: '', error: errorBody(reason) });
          }
        }
      );
    }, DELAY);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
    // The key stands for the filter, which is a new object at each drawing.
  }, [client, dataset, key]);
  return check;
}
