import * as React from 'react';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type {
  IDetected,
  IDetectRequest,
  IErrorBody
} from '../core/client/types';

const DEBOUNCE_MS = 400;

export interface IDetection {
  readonly pending: boolean;
  readonly detected: IDetected | null;
  readonly error: IErrorBody | null;
}

const NOTHING: IDetection = { pending: false, detected: null, error: null };

/** What would be ingested from there; asked once typing rests, late answers are dropped. */
export function useDetect(
  client: IClient,
  request: IDetectRequest
): IDetection {
  const [detection, setDetection] = React.useState(NOTHING);
  const { source, format, images, labels } = request;

  React.useEffect(() => {
    if (source === '') {
      setDetection(NOTHING);
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const settle = (change: Partial<IDetection>): void => {
      if (!signal.aborted) {
        setDetection({ ...NOTHING, ...change });
      }
    };
    setDetection(before => ({ ...before, pending: true }));
    const timer = setTimeout(() => {
      client.detect({ source, format, images, labels }, signal).then(
        detected => settle({ detected }),
        reason => settle({ error: errorBody(reason) })
      );
    }, DEBOUNCE_MS);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, source, format, images, labels]);

  return detection;
}
