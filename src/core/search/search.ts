/** The search over names: one conjunct of the filter that the search box owns. */
import type { Filter, IDatasetDetail } from '../client/types';
import { conjunction, conjuncts, setValues, valuesOf } from '../filters/tree';

/** The field that typing searches. */
export const SEARCHED = 'filename';
/** Fields a search can be turned to instead, where the dataset has them. */
const TEXT_FIELDS = ['path', 'caption'];
/** Classes and tags offered at most, each. */
const OFFERED = 5;

/** Something else that the typed text may mean. */
export interface ISuggestion {
  readonly kind: 'text' | 'class' | 'tag';
  readonly field: string;
  readonly value: string;
  /** Samples with the class or tag. */
  readonly samples: number | null;
}

function isSearch(node: Filter): boolean {
  return node.op === 'contains' && node.field === SEARCHED;
}

/** What is searched for; empty: nothing. */
export function searchText(filter: Filter | null): string {
  const node = conjuncts(filter).find(isSearch);
  return node?.op === 'contains' ? node.value : '';
}

/** The filter with another search, in the place of the present one. */
export function setSearch(filter: Filter | null, text: string): Filter | null {
  const all = conjuncts(filter);
  const found = all.findIndex(isSearch);
  const added: Filter[] = text
    ? [{ op: 'contains', field: SEARCHED, value: text }]
    : [];
  all.splice(found < 0 ? all.length : found, found < 0 ? 0 : 1, ...added);
  return conjunction(all);
}

/** What the text may mean beside a part of a file name. */
export function meanings(text: string, detail: IDatasetDetail): ISuggestion[] {
  const wanted = text.toLowerCase();
  const named = (
    kind: 'class' | 'tag',
    all: readonly { name: string | null; samples: number }[]
  ): ISuggestion[] =>
    all
      .flatMap(({ name, samples }) =>
        name?.toLowerCase().includes(wanted)
          ? [{ kind, field: kind, value: name, samples }]
          : []
      )
      .slice(0, OFFERED);
  return [
    ...named('class', detail.class_list),
    ...named('tag', detail.tags),
    ...TEXT_FIELDS.filter(field =>
      detail.fields.some(({ name }) => name === field)
    ).map(field => ({
      kind: 'text' as const,
      field,
      value: text,
      samples: null
    }))
  ];
}

/** The filter with the meaning in place of the search. */
export function applySuggestion(
  filter: Filter | null,
  { kind, field, value }: ISuggestion
): Filter | null {
  const rest = setSearch(filter, '');
  if (kind === 'text') {
    return conjunction([...conjuncts(rest), { op: 'contains', field, value }]);
  }
  const values = valuesOf(rest, field);
  return values.includes(value)
    ? rest
    : setValues(rest, field, [...values, value]);
}
