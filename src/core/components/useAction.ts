/** What is asked of the server now and then: whether it is under way, and why it failed. */
import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IErrorBody } from '../client/types';

export interface IAction {
  readonly busy: boolean;
  /** Why the last one failed. */
  readonly error: IErrorBody | null;
  /** Do something; false: it failed. The same function as long as the component lives. */
  readonly run: (work: () => unknown) => Promise<boolean>;
  /** Forget why the last one failed. */
  readonly forget: () => void;
}

export function useAction(): IAction {
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const run = React.useCallback(async (work: () => unknown) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(errorBody(reason));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const forget = React.useCallback(() => setError(null), []);
  return { busy, error, run, forget };
}
