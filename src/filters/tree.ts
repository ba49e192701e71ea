/**
 * Edits of the filter tree as pure functions.
 *
 * A filter is read as a conjunction: each top-level operand is one condition (one chip). A facet
 * edits the conditions that are its own, those that speak of its field and no other; whatever
 * relates fields or quantifies over annotations is kept as it is.
 */
import type { Filter } from '../client/types';

export type Value = string | number | boolean | null;

/** Both ends included; null: open. Times are ISO 8601 strings. */
export interface IRange {
  readonly low: number | string | null;
  readonly high: number | string | null;
}

/** The top-level operands of `and`; none for no filter. */
export function conjuncts(filter: Filter | null): Filter[] {
  if (filter === null) {
    return [];
  }
  return filter.op === 'and' ? filter.args.flatMap(conjuncts) : [filter];
}

/** The conjunction of conditions; null when there are none. */
export function conjunction(conditions: Filter[]): Filter | null {
  switch (conditions.length) {
    case 0:
      return null;
    case 1:
      return conditions[0];
    default:
      return { op: 'and', args: conditions };
  }
}

/** Whether a condition speaks of `field` alone, of one sample or one annotation. */
export function isOwn(condition: Filter, field: string): boolean {
  switch (condition.op) {
    case 'and':
    case 'or':
      return (
        condition.args.length > 0 &&
        condition.args.every(arg => isOwn(arg, field))
      );
    case 'not':
      return isOwn(condition.arg, field);
    case 'any':
    case 'none':
    case 'all':
    case 'count':
      return false;
    default:
      return condition.field === field;
  }
}

/** Replace the field's own conditions, in the place of the first of them. */
function replace(
  filter: Filter | null,
  field: string,
  replacement: Filter | null
): Filter | null {
  const all = conjuncts(filter);
  const first = all.findIndex(condition => isOwn(condition, field));
  const others = all.filter(condition => !isOwn(condition, field));
  if (replacement !== null) {
    others.splice(first < 0 ? others.length : first, 0, replacement);
  }
  return conjunction(others);
}

/** Keep what has one of `values` in `field` (null: missing ones); no values: any. */
export function setValues(
  filter: Filter | null,
  field: string,
  values: readonly Value[]
): Filter | null {
  return replace(
    filter,
    field,
    values.length === 0 ? null : { op: 'in', field, values: [...values] }
  );
}

/** The values that the field's own conditions ask for; none: any value is shown. */
export function valuesOf(filter: Filter | null, field: string): Value[] {
  const values = conjuncts(filter).flatMap((condition): Value[] => {
    if (!isOwn(condition, field)) {
      return [];
    }
    switch (condition.op) {
      case 'in':
        return condition.values;
      case 'compare':
        return condition.cmp === '=' ? [condition.value] : [];
      case 'null':
        return [null];
      default:
        return [];
    }
  });
  return [...new Set(values)];
}

/** Add the value to those asked for, or take it away. */
export function toggleValue(
  filter: Filter | null,
  field: string,
  value: Value
): Filter | null {
  const values = valuesOf(filter, field);
  return setValues(
    filter,
    field,
    values.includes(value)
      ? values.filter(other => other !== value)
      : [...values, value]
  );
}

/** Keep what lies in the range; open at both ends: everything. */
export function setRange(
  filter: Filter | null,
  field: string,
  range: IRange
): Filter | null {
  const { low, high } = range;
  if (low !== null && high !== null) {
    return replace(filter, field, { op: 'between', field, low, high });
  }
  if (low !== null) {
    return replace(filter, field, {
      op: 'compare',
      field,
      cmp: '>=',
      value: low
    });
  }
  if (high !== null) {
    return replace(filter, field, {
      op: 'compare',
      field,
      cmp: '<=',
      value: high
    });
  }
  return replace(filter, field, null);
}

/** The ends that the field's own conditions set. */
export function rangeOf(filter: Filter | null, field: string): IRange {
  let low: IRange['low'] = null;
  let high: IRange['high'] = null;
  for (const condition of conjuncts(filter)) {
    if (condition.op === 'between' && condition.field === field) {
      low = condition.low;
      high = condition.high;
    } else if (
      condition.op === 'compare' &&
      condition.field === field &&
      typeof condition.value !== 'boolean'
    ) {
      if (condition.cmp.startsWith('>') || condition.cmp === '=') {
        low = condition.value;
      }
      if (condition.cmp.startsWith('<') || condition.cmp === '=') {
        high = condition.value;
      }
    }
  }
  return { low, high };
}

/** The filter without its condition number `index` (an index into `conjuncts`). */
export function removeCondition(
  filter: Filter | null,
  index: number
): Filter | null {
  return conjunction(conjuncts(filter).filter((_, i) => i !== index));
}
