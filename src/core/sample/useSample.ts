import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../client/context';
import { errorBody, isAbort } from '../client/errors';
import type { IErrorBody, ISampleDetail } from '../client/types';
import type { IWorkspaceModel } from '../workspace/types';

interface ISampleState {
  /** The last sample that arrived; stays until the next is here. */
  readonly sample: ISampleDetail | null;
  readonly loading: boolean;
  readonly error: IErrorBody | null;
  readonly reload: () => void;
}

/** The sample in focus, as the view sees it; late replies are dropped. */
export function useSample(
  model: IWorkspaceModel,
  client: Pick<IClient, 'sample'>
): ISampleState {
  const focus = useStore(model.store, state => state.focus);
  const dataset = useStore(model.store, state => state.dataset);
  const datasetVersion = useStore(model.store, state => state.datasetVersion);
  const view = useStore(model.store, state => state.shown);
  const [sample, setSample] = React.useState<ISampleDetail | null>(null);
  const [loading, setLoading] = React.useState(false);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [attempt, setAttempt] = React.useState(0);

  React.useEffect(() => {
    if (focus === null) {
      setSample(null);
      return;
    }
    const abort = new AbortController();
    setLoading(true);
    client
      .sample(dataset, focus, view, abort.signal)
      .then(detail => {
        if (!abort.signal.aborted) {
          setSample(detail);
          setError(null);
          setLoading(false);
        }
      })
      .catch(reason => {
        if (!abort.signal.aborted && !isAbort(reason)) {
          setError(errorBody(reason));
          setLoading(false);
        }
      });
    return () => abort.abort();
  }, [client, dataset, datasetVersion, focus, view, attempt]);

  const reload = React.useCallback(() => setAttempt(n => n + 1), []);
  return { sample, loading, error, reload };
}
