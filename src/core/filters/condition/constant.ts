import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFacet } from '../../client/types';
import type { IFacetDepth } from '../facets/facetStore';
import { label, type ScaleKind } from '../facets/scale';
import { valueLabel } from '../facets/valueLabel';

/**
 * The one value that a field has everywhere, so that a filter on it tells nothing; null: it varies.
 *
 * A single class still tells labelled samples from those without annotations.
 */
export function constantText(
  facet: IFacet,
  depth: IFacetDepth,
  kind: ScaleKind,
  trans: TranslationBundle
): string | null {
  if (facet.type === 'histogram') {
    if (facet.low === null) {
      return trans.__('no value');
    }
    return facet.low === facet.high && facet.missing === 0
      ? label(facet.low, kind)
      : null;
  }
  const isSearched = depth.search !== '';
  if (facet.values.length === 0 && !isSearched) {
    return trans.__('no value');
  }
  return facet.values.length === 1 &&
    facet.distinct === 1 &&
    !isSearched &&
    facet.field !== 'class'
    ? valueLabel(facet.field, facet.values[0].value, trans)
    : null;
}
