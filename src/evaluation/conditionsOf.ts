import type { IViewSpec } from '../core/client/types';

/** What narrows a view beside outcomes, at the level of samples; null: nothing does. */
export function conditionsOf(view: IViewSpec): IViewSpec | null {
  const { filter, where, sql, search } = view;
  return filter || where || sql || search
    ? { ...view, level: 'samples', sort: [], all: false, outcomes: null }
    : null;
}
