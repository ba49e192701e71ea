import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IQuery, ISearch } from '../client/types';
import type { QueryNames } from './describeSearch';

const NONE: readonly IQuery[] = [];

/** What a search's queries were made from, by key; read again when one is not known yet. */
export function useQueryNames(
  client: IPanelContext['client'],
  dataset: string,
  search: ISearch | null | undefined
): QueryNames {
  const space = search?.space ?? '';
  const [queries, setQueries] = React.useState(NONE);
  const names = React.useMemo(
    () => new Map(queries.map(each => [each.query, each])),
    [queries]
  );
  const unknown = (search?.queries ?? [])
    .filter(query => !names.has(query))
    .join();
  React.useEffect(() => {
    if (unknown === '') {
      return;
    }
    const stop = new AbortController();
    client.searches.queries(dataset, space, stop.signal).then(
      setQueries,
      // Without their names they are called by their keys.
      () => undefined
    );
    return () => stop.abort();
  }, [client, dataset, space, unknown]);
  return names;
}
