/** Edits of what a view searches for, as pure functions. */
import type { IEmbeddingSpace } from './client';
import type { ISearch, Level } from '../core/client/types';

/** Found at most, unless the user says otherwise. */
export const FOUND = 100;
/** Examples of one kind at most. */
const EXAMPLES = 1000;

export type Kind = 'like' | 'unlike';

/** A search in a space for nothing yet. */
export function emptySearch(space: string): ISearch {
  return {
    space,
    like: [],
    unlike: [],
    queries: [],
    weights: [],
    mode: 'similar',
    k: FOUND,
    threshold: null
  };
}

/** Whether a search has nothing to look for. */
export function isEmpty(search: ISearch): boolean {
  return (
    search.mode === 'similar' &&
    search.like.length + search.unlike.length + search.queries.length === 0
  );
}

/** Look for what is like these and nothing else; how many and from which score on stay. */
export function similarTo(
  search: ISearch | null,
  space: string,
  ids: readonly number[]
): ISearch {
  const { k, threshold } = search ?? emptySearch(space);
  return { ...emptySearch(space), k, threshold, like: ids.slice(0, EXAMPLES) };
}

/** With more examples; an id that was the other kind changes sides. */
export function addExamples(
  search: ISearch,
  kind: Kind,
  ids: readonly number[]
): ISearch {
  const other: Kind = kind === 'like' ? 'unlike' : 'like';
  return {
    ...search,
    mode: 'similar',
    [kind]: [...new Set([...search[kind], ...ids])].slice(0, EXAMPLES),
    [other]: search[other].filter(id => !ids.includes(id))
  };
}

export function removeExamples(
  search: ISearch,
  kind: Kind,
  ids: readonly number[]
): ISearch {
  return { ...search, [kind]: search[kind].filter(id => !ids.includes(id)) };
}

/** With another encoded query, or another weight of one that is there. */
export function setQuery(search: ISearch, query: string, weight = 1): ISearch {
  const at = search.queries.indexOf(query);
  const weights = search.queries.map((_, i) => search.weights[i] ?? 1);
  if (at < 0) {
    return {
      ...search,
      mode: 'similar',
      queries: [...search.queries, query],
      weights: [...weights, weight]
    };
  }
  weights[at] = weight;
  return { ...search, weights };
}

export function removeQuery(search: ISearch, query: string): ISearch {
  const keep = (_: unknown, i: number): boolean => search.queries[i] !== query;
  return {
    ...search,
    queries: search.queries.filter(keep),
    weights: search.queries.map((_, i) => search.weights[i] ?? 1).filter(keep)
  };
}

/**
 * The space to search for examples of a level: the one searched now, else the newest with vectors.
 *
 * `text`: it must be searchable by text. Null: there is none.
 */
export function chooseSpace(
  spaces: readonly IEmbeddingSpace[],
  current: string | undefined,
  wanted: { level?: Level; text?: boolean }
): IEmbeddingSpace | null {
  const fitting = spaces.filter(
    space =>
      (wanted.level === undefined || space.level === wanted.level) &&
      (!wanted.text || space.has_text)
  );
  const newest = [...fitting].sort((a, b) =>
    a.created_at < b.created_at ? 1 : -1
  );
  return newest.find(({ space }) => space === current) ?? newest[0] ?? null;
}
