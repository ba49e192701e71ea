import type { IViewSpec, Level } from '../client/types';

/** A view of a level; `where` is a predicate, null: everything. */
export function plainView(
  level: Level,
  where: string | null = null
): IViewSpec {
  return {
    level,
    filter: null,
    where,
    sql: null,
    search: null,
    outcomes: null,
    sort: [],
    all: false
  };
}
