/** What changed from one view to the next, in a few words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { JSONExt, type ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { IViewSpec } from '../client/types';
import { describeOutcomes } from '../outcomes/outcomes';
import { describeSearch, type QueryNames } from '../search/describeSearch';
import { describeCondition } from './condition/describe';
import { conditions } from './tree';

/** Longer conditions are cut. */
const LENGTH = 48;

export function shorten(text: string, length = LENGTH): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** Whether two views show the same; what is left out has its default. */
export function sameView(one: IViewSpec, other: IViewSpec): boolean {
  return JSONExt.deepEqual(normal(one), normal(other));
}

function normal(view: IViewSpec): ReadonlyPartialJSONValue {
  return {
    level: view.level,
    filter: (view.filter ?? null) as ReadonlyPartialJSONValue,
    where: view.where || null,
    sql: view.sql || null,
    sort: view.sort.map(({ field, descending }) => ({ field, descending })),
    all: showsAll(view),
    search: (view.search ?? null) as unknown as ReadonlyPartialJSONValue,
    outcomes: (view.outcomes ?? null) as unknown as ReadonlyPartialJSONValue
  };
}

function showsAll({ all, level }: IViewSpec): boolean {
  return all && level === 'annotations';
}

function tiles(view: IViewSpec, trans: TranslationBundle): string {
  if (view.level === 'samples') {
    return trans.__('images');
  }
  return showsAll(view)
    ? trans.__('all annotations of the images')
    : trans.__('annotations');
}

function chips({ filter, where }: IViewSpec): string[] {
  const texts = conditions(filter).map(describeCondition);
  return where ? [...texts, where] : texts;
}

/** The conditions of a view and what it searches for in one line; empty: everything is shown. */
export function viewText(
  view: IViewSpec,
  trans: TranslationBundle,
  names?: QueryNames
): string {
  return [
    ...(view.sql ? [`SQL: ${view.sql}`] : []),
    ...chips(view),
    ...(view.search ? [describeSearch(view.search, trans, names)] : []),
    ...(view.outcomes ? [describeOutcomes(view.outcomes, trans)] : [])
  ].join(', ');
}

/** The step from one view to another: `class = bus`, `without split = val`, `sorted by area`. */
export function describeStep(
  from: IViewSpec,
  to: IViewSpec,
  trans: TranslationBundle
): string {
  const before = chips(from);
  const after = chips(to);
  const added = after.filter(text => !before.includes(text));
  const removed = before.filter(text => !after.includes(text));
  const steps: string[] = [];
  if ((from.sql || null) !== (to.sql || null)) {
    steps.push(to.sql ? shorten(`SQL: ${to.sql}`) : trans.__('without SQL'));
  }
  if (added.length > 0) {
    steps.push(added.map(text => shorten(text)).join(', '));
  } else if (removed.length > 1 && after.length === 0) {
    steps.push(trans.__('without conditions'));
  } else if (removed.length > 0) {
    const texts = removed.map(text => shorten(text)).join(', ');
    steps.push(trans.__('without %1', texts));
  }
  const searches = (view: IViewSpec): string =>
    JSON.stringify(view.search ?? null);
  if (searches(from) !== searches(to)) {
    steps.push(
      to.search ? describeSearch(to.search, trans) : trans.__('without search')
    );
  }
  const outcomes = (view: IViewSpec): string =>
    JSON.stringify(view.outcomes ?? null);
  if (outcomes(from) !== outcomes(to)) {
    steps.push(
      to.outcomes
        ? describeOutcomes(to.outcomes, trans)
        : trans.__('whatever the outcome')
    );
  }
  if (from.level !== to.level || showsAll(from) !== showsAll(to)) {
    steps.push(tiles(to, trans));
  }
  const sort = describeSort(to);
  if (describeSort(from) !== sort) {
    const natural = to.search ? trans.__('by score') : trans.__('as imported');
    steps.push(sort === '' ? natural : trans.__('sorted by %1', sort));
  }
  return steps.length > 0 ? steps.join('; ') : trans.__('the same view');
}

function describeSort({ sort }: IViewSpec): string {
  return sort
    .map(({ field, descending }) => `${field} ${descending ? '↓' : '↑'}`)
    .join(', ');
}
