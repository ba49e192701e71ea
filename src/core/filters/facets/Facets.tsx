import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import { ErrorBox } from '../../components/ErrorBox';
import type { IWorkspaceModel } from '../../workspace/types';
import { FacetSection } from './FacetSection';
import { FacetStore } from './facetStore';
import { readStored, writeStored } from '../../components/storedSet';

/** All facets of the view; the last picture stays until the next is ready. */
export function Facets(props: {
  model: IWorkspaceModel;
  context: IPanelContext;
}): JSX.Element {
  const { model, context } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const view = useStore(model.store, state => state.view);
  const datasetVersion = useStore(model.store, state => state.datasetVersion);
  const [folded, fold] = useCollapsed();
  const store = React.useMemo(() => new FacetStore(client), [client]);
  const { facets, loading, error } = React.useSyncExternalStore(
    store.subscribe,
    store.get
  );

  // Counting keeps the server busy: the pictures of a dataset that opens come first.
  const opening = useStore(model.store, state => state.detail === null);
  React.useEffect(() => {
    if (!opening) {
      store.ask({ dataset, datasetVersion, view });
    }
  }, [store, opening, dataset, datasetVersion, view]);
  React.useEffect(() => () => store.dispose(), [store]);

  return (
    <div className="vl-facets" aria-busy={loading}>
      {error && (
        <ErrorBox error={error} trans={trans} onRetry={() => store.retry()} />
      )}
      {facets.length === 0 && loading && (
        <div className="vl-skeleton" aria-label={trans.__('Loading')}>
          {Array.from({ length: 6 }, (_, i) => (
            <div key={i} className="vl-skeleton-line" />
          ))}
        </div>
      )}
      {facets.map(facet => (
        <FacetSection
          key={facet.field}
          model={model}
          facet={facet}
          store={store}
          folded={folded.has(facet.field)}
          onFold={fold}
          trans={trans}
        />
      ))}
    </div>
  );
}

const KEY = 'visionlens:folded-facets';

/** The folded fields and a function that folds or unfolds one. */
export function useCollapsed(): [ReadonlySet<string>, (field: string) => void] {
  const [folded, setFolded] = React.useState<ReadonlySet<string>>(() =>
    readStored(KEY)
  );
  const toggle = React.useCallback((field: string) => {
    setFolded(old => {
      const next = new Set(old);
      if (!next.delete(field)) {
        next.add(field);
      }
      writeStored(KEY, next);
      return next;
    });
  }, []);
  return [folded, toggle];
}
