/**
 * Edits of the filter tree as pure functions.
 *
 * A filter is read as a conjunction of conditions. A facet replaces the conditions that are its
 * own, those that speak of its field and of no other: its counts leave out exactly these, so a
 * click shows what the count said. Whatever relates fields is kept as it is.
 */
import type { Filter } from '../client/types';

export type Value = string | number | boolean | null;

/** From `low`, included, to `high`; null: open. Times are ISO 8601 strings. */
export interface IRange {
  readonly low: number | string | null;
  readonly high: number | string | null;
  /** Whether `high` itself is left out, as histogram bins do. */
  readonly below?: boolean;
}

/** A condition, or both ends of one range, that stand in one chip. */
export interface ICondition {
  /** Their places among the conjuncts. */
  readonly places: readonly number[];
  readonly parts: readonly Filter[];
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

/** Names of the fields that a condition speaks of. */
function fieldsOf(node: Filter): Set<string> {
  switch (node.op) {
    case 'and':
    case 'or':
      return new Set(node.args.flatMap(arg => [...fieldsOf(arg)]));
    case 'not':
    case 'any':
    case 'none':
    case 'all':
      return fieldsOf(node.arg);
    case 'count':
      return node.arg ? fieldsOf(node.arg) : new Set();
    default:
      return new Set([node.field]);
  }
}

/** Whether a condition speaks of `field` and of no other. */
export function isOwn(condition: Filter, field: string): boolean {
  const fields = fieldsOf(condition);
  return fields.size === 1 && fields.has(field);
}

/** Replace the field's own conditions, in the place of the first of them. */
function replace(
  filter: Filter | null,
  field: string,
  replacements: Filter[]
): Filter | null {
  const all = conjuncts(filter);
  const first = all.findIndex(condition => isOwn(condition, field));
  const others = all.filter(condition => !isOwn(condition, field));
  others.splice(first < 0 ? others.length : first, 0, ...replacements);
  return conjunction(others);
}

/** `field` has one of the values, in the shortest form the language has for it. */
function membership(field: string, values: readonly Value[]): Filter {
  if (values.length > 1) {
    return { op: 'in', field, values: [...values] };
  }
  const [value] = values;
  return value === null
    ? { op: 'null', field }
    : { op: 'compare', field, cmp: '=', value };
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
    values.length === 0 ? [] : [membership(field, values)]
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

/** The range with its ends in order: who types 200 to 10 means 10 to 200. */
export function ordered(range: IRange): IRange {
  const { low, high } = range;
  return low !== null && high !== null && low > high
    ? { low: high, high: low }
    : range;
}

/** Keep what lies in the range; open at both ends: everything. */
export function setRange(
  filter: Filter | null,
  field: string,
  { low, high, below }: IRange
): Filter | null {
  if (low !== null && high !== null && !below) {
    return replace(filter, field, [{ op: 'between', field, low, high }]);
  }
  const ends: Filter[] = [];
  if (low !== null) {
    ends.push({ op: 'compare', field, cmp: '>=', value: low });
  }
  if (high !== null) {
    const cmp = below ? '<' : '<=';
    ends.push({ op: 'compare', field, cmp, value: high });
  }
  return replace(filter, field, ends);
}

/** The ends that the field's own conditions set. */
export function rangeOf(filter: Filter | null, field: string): IRange {
  let low: IRange['low'] = null;
  let high: IRange['high'] = null;
  let below = false;
  for (const condition of conjuncts(filter)) {
    if (condition.op === 'between' && condition.field === field) {
      ({ low, high } = condition);
      below = false;
    } else if (
      condition.op === 'compare' &&
      condition.field === field &&
      typeof condition.value !== 'boolean'
    ) {
      const { cmp, value } = condition;
      if (cmp === '>' || cmp === '>=' || cmp === '=') {
        low = value;
      }
      if (cmp === '<' || cmp === '<=' || cmp === '=') {
        high = value;
        below = cmp === '<';
      }
    }
  }
  return { low, high, below };
}

/** Whether the nodes are the lower and the upper end of one field's range. */
export function isRange(first: Filter, second: Filter | undefined): boolean {
  return (
    first.op === 'compare' &&
    second?.op === 'compare' &&
    first.field === second.field &&
    first.cmp.startsWith('>') &&
    second.cmp.startsWith('<')
  );
}

/** What the chips stand for: each conjunct, two ends of a range together. */
export function conditions(filter: Filter | null): ICondition[] {
  const all = conjuncts(filter);
  const found: ICondition[] = [];
  for (let i = 0; i < all.length; i++) {
    const length = isRange(all[i], all[i + 1]) ? 2 : 1;
    const parts = all.slice(i, i + length);
    found.push({ places: parts.map((_, j) => i + j), parts });
    i += length - 1;
  }
  return found;
}

/** The filter with other conjuncts in the place of a condition; null: at the end. */
export function replaceCondition(
  filter: Filter | null,
  condition: ICondition | null,
  parts: readonly Filter[]
): Filter | null {
  const all = conjuncts(filter);
  const first = condition?.places[0] ?? all.length;
  const before = all.slice(0, first);
  const after = all.slice(first + (condition?.places.length ?? 0));
  return conjunction([...before, ...parts, ...after]);
}

/** The filter where a condition or `parts` hold. */
export function orCondition(
  filter: Filter | null,
  condition: ICondition,
  parts: readonly Filter[]
): Filter | null {
  const known = conjunction([...condition.parts])!;
  const operands = known.op === 'or' ? known.args : [known];
  const added = conjunction([...parts])!;
  return replaceCondition(filter, condition, [
    { op: 'or', args: [...operands, added] }
  ]);
}

const OPPOSITE = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>'
} as const;

/**
 * The opposite of a condition.
 *
 * Of a plain condition on annotations (`onAnnotations`) it is that no annotation of the sample
 * meets it.
 */
export function negated(
  parts: readonly Filter[],
  onAnnotations: boolean
): Filter {
  const node = conjunction([...parts])!;
  switch (node.op) {
    case 'not':
      return node.arg;
    case 'any':
      return { op: 'none', arg: node.arg };
    case 'none':
      return { op: 'any', arg: node.arg };
    case 'count':
      return { ...node, cmp: OPPOSITE[node.cmp] };
    case 'all':
      return { op: 'not', arg: node };
    case 'compare':
      if (!onAnnotations && (node.cmp === '=' || node.cmp === '!=')) {
        return { ...node, cmp: OPPOSITE[node.cmp] };
      }
  }
  return onAnnotations ? { op: 'none', arg: node } : { op: 'not', arg: node };
}

/** Whether the field's own conditions ask for those that have a value. */
export function isPresent(filter: Filter | null, field: string): boolean {
  return conjuncts(filter).some(
    node => node.op === 'not' && isNull(node.arg, field)
  );
}

/** Keep what has a value in `field`, or take that away; other conditions of its own go. */
export function togglePresent(
  filter: Filter | null,
  field: string
): Filter | null {
  return replace(
    filter,
    field,
    isPresent(filter, field) ? [] : [{ op: 'not', arg: { op: 'null', field } }]
  );
}

function isNull(node: Filter, field: string): boolean {
  return node.op === 'null' && node.field === field;
}

/** The filter without the conjuncts of a condition. */
export function removeCondition(
  filter: Filter | null,
  { places }: ICondition
): Filter | null {
  return conjunction(conjuncts(filter).filter((_, i) => !places.includes(i)));
}
