/** Names of operators and quantifiers. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { FieldType, Operator, Quantifier } from './draft';

export function operatorLabel(
  operator: Operator,
  type: FieldType,
  trans: TranslationBundle
): string {
  const isTime = type === 'timestamp';
  const labels: Record<Operator, string> = {
    '=': trans.__('is'),
    '!=': trans.__('is not'),
    '<': isTime ? trans.__('before') : '<',
    '<=': isTime ? trans.__('until') : '≤',
    '>': isTime ? trans.__('after') : '>',
    '>=': isTime ? trans.__('since') : '≥',
    between: trans.__('between'),
    within: trans.__('from … to before'),
    in: trans.__('is one of'),
    'not in': trans.__('is none of'),
    contains: trans.__('contains'),
    'not contains': trans.__('does not contain'),
    like: trans.__('is like (% and _)'),
    'not like': trans.__('is not like (% and _)'),
    matches: trans.__('matches (regex)'),
    'not matches': trans.__('does not match (regex)'),
    null: trans.__('is missing'),
    'not null': trans.__('is not missing')
  };
  return labels[operator];
}

export function quantifierLabel(
  quantifier: Quantifier,
  trans: TranslationBundle
): string {
  const labels: Record<Quantifier, string> = {
    same: trans.__('of the same annotation'),
    any: trans.__('of any annotation'),
    none: trans.__('of no annotation'),
    all: trans.__('of every annotation'),
    count: trans.__('of at least …')
  };
  return labels[quantifier];
}

export const QUANTIFIERS: readonly Quantifier[] = [
  'same',
  'any',
  'none',
  'all',
  'count'
];
