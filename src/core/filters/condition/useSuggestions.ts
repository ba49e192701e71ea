import * as React from 'react';
import type { IClient } from '../../client/context';
import type { IFacetValue, IFieldInfo, IViewSpec } from '../../client/types';

const DELAY = 150;
const OFFERED = 30;

/** Values of a field that hold `text`, with how many samples each would show; the last ones stay. */
export function useSuggestions(
  client: Pick<IClient, 'facets'>,
  dataset: string,
  view: IViewSpec,
  field: IFieldInfo,
  text: string
): readonly IFacetValue[] {
  const [values, setValues] = React.useState<readonly IFacetValue[]>([]);
  React.useEffect(() => {
    if (field.facet !== 'values') {
      setValues([]);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      const request = {
        view,
        fields: [field.name],
        limit: OFFERED,
        search: text.trim() || null
      };
      client.facets(dataset, request, abort.signal).then(
        answer => {
          if (!abort.signal.aborted) {
            setValues(answer.facets[0]?.values ?? []);
          }
        },
        // Without suggestions a value can still be typed.
        () => undefined
      );
    }, DELAY);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [client, dataset, view, field, text]);
  return values;
}
