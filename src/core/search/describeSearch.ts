/** Searches in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IQuery, ISearch } from '../client/types';

/** What queries were made from, by their keys. */
export type QueryNames = ReadonlyMap<string, IQuery>;

const NONE: QueryNames = new Map();

/** `“a red bus”`, `mine.jpg`; null: nobody knows what it was made from. */
export function queryName(made: IQuery | undefined): string | null {
  if (!made?.text) {
    return null;
  }
  return made.kind === 'text' ? `“${made.text}”` : made.text;
}

/** A search in a few words: `like 2 examples, “a red bus”, not like 1 example`, `100 outliers`. */
export function describeSearch(
  search: ISearch,
  trans: TranslationBundle,
  names = NONE
): string {
  const { mode, k, like, unlike, queries } = search;
  if (mode === 'diverse') {
    return k ? trans.__('diverse sample of %1', k) : trans.__('diverse sample');
  }
  if (mode === 'outliers') {
    return k
      ? trans._n('%1 outlier', '%1 outliers', k)
      : trans.__('outliers first');
  }
  const parts: string[] = [];
  if (like.length > 0) {
    parts.push(trans._n('like %1 example', 'like %1 examples', like.length));
  }
  const known = queries.flatMap(query => queryName(names.get(query)) ?? []);
  const unknown = queries.length - known.length;
  parts.push(...known);
  if (unknown > 0) {
    parts.push(trans._n('like %1 query', 'like %1 queries', unknown));
  }
  if (unlike.length > 0) {
    parts.push(
      trans._n('not like %1 example', 'not like %1 examples', unlike.length)
    );
  }
  return parts.join(', ');
}
