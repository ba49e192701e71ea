import * as React from 'react';
import type { IClient } from '../../client/context';
import { errorBody, isAbort } from '../../client/errors';
import type { IErrorBody, ITileInfo } from '../../client/types';

/** How often it is asked how far the tiles are: the server gives up what nobody asks for. */
const ASK_MS = 400;

export interface ITilesState {
  /** Null: not known yet. */
  readonly info: ITileInfo | null;
  readonly error: IErrorBody | null;
  /** Ask again: a tile was not there, or what was wrong may be mended. */
  readonly reload: () => void;
}

/**
 * Which tiles an image has; asked again as long as they are being made. `shown`: how it is shown;
 * null: not known yet.
 */
export function useTiles(
  client: Pick<IClient, 'imageTiles'>,
  dataset: string,
  sampleId: number,
  shown: string | null
): ITilesState {
  const [info, setInfo] = React.useState<ITileInfo | null>(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [attempt, setAttempt] = React.useState(0);

  React.useEffect(() => setInfo(null), [client, dataset, sampleId]);
  React.useEffect(() => {
    if (shown === null) {
      return;
    }
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = (): void => {
      client
        .imageTiles(dataset, sampleId, abort.signal)
        .then(found => {
          if (!abort.signal.aborted) {
            setError(null);
            setInfo(found);
            if (!found.ready) {
              timer = setTimeout(ask, ASK_MS);
            }
          }
        })
        .catch(reason => {
          if (!abort.signal.aborted && !isAbort(reason)) {
            setError(errorBody(reason));
          }
        });
    };
    ask();
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, dataset, sampleId, shown, attempt]);

  const reload = React.useCallback(() => setAttempt(n => n + 1), []);
  return { info, error, reload };
}
