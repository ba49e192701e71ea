/** Visual attributes of a dataset with their calibrations. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IAttribute } from './client';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { Latest } from '../core/workspace/latest';
import type { IWorkspaceModel } from '../core/workspace/types';

export interface IAttributes {
  /** Null until they were read. */
  readonly attributes: readonly IAttribute[] | null;
  readonly error: IErrorBody | null;
  reload(): void;
  remove(name: string): void;
}

export function useAttributes(
  model: IWorkspaceModel,
  client: Pick<IClient, 'analysis'>
): IAttributes {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [attributes, setAttributes] = React.useState<
    readonly IAttribute[] | null
  >(null);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [turn, setTurn] = React.useState(0);
  const latest = React.useMemo(() => new Latest(), []);
  React.useEffect(() => {
    latest
      .run(signal => client.analysis.attributes(dataset, signal))
      .then(read => {
        if (read) {
          setAttributes(read);
          setError(null);
        }
      })
      .catch(reason => setError(errorBody(reason)));
    return () => latest.abort();
  }, [client, dataset, version, turn, latest]);
  const reload = React.useCallback(() => setTurn(old => old + 1), []);
  return {
    attributes,
    error,
    reload,
    remove: name => {
      client.analysis.deleteAttribute(dataset, name).then(
        () => {
          reload();
          void model.refresh();
        },
        reason => setError(errorBody(reason))
      );
    }
  };
}
