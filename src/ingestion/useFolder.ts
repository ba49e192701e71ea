import * as React from 'react';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, IFolder } from '../core/client/types';

interface IFolderState {
  /** The folder read last; it stays until the next one is there. */
  readonly folder: IFolder | null;
  readonly error: IErrorBody | null;
  readonly pending: boolean;
  /** Go to a folder; null: where browsing begins. */
  readonly go: (path: string | null) => void;
}

/** A folder of the server, and moving on to others; late answers are dropped. */
export function useFolder(client: IClient, start: string | null): IFolderState {
  const [folder, setFolder] = React.useState<IFolder | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [pending, setPending] = React.useState(true);
  const turn = React.useRef(0);

  const go = React.useCallback(
    (path: string | null) => {
      const mine = ++turn.current;
      setPending(true);
      const settle = (work: () => void): void => {
        if (mine === turn.current) {
          setPending(false);
          work();
        }
      };
      client.folder(path).then(
        answer =>
          settle(() => {
            setFolder(answer);
            setError(null);
          }),
        reason => settle(() => setError(errorBody(reason)))
      );
    },
    [client]
  );

  const first = React.useRef(start);
  React.useEffect(() => {
    go(first.current);
    return () => {
      turn.current++;
    };
  }, [go]);

  return { folder, error, pending, go };
}
