import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../core/client/context';
import type { IWorkspaceModel } from '../../core/workspace/types';

/** The dataset's evaluations; none while nobody knows. */
export function useEvaluationNames(
  model: IWorkspaceModel,
  client: Pick<IClient, 'evaluations'>
): readonly string[] {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [names, setNames] = React.useState<readonly string[]>([]);
  React.useEffect(() => {
    const abort = new AbortController();
    client.evaluations.evaluations(dataset, abort.signal).then(
      found => setNames(found.map(({ evaluation }) => evaluation)),
      () => undefined // the evaluation panel says what is wrong with them
    );
    return () => abort.abort();
  }, [client, dataset, version]);
  return names;
}
