/** A condition as a form holds it, and the filter nodes it stands for. */
import type { Filter, IFieldInfo } from '../../client/types';
import { conjunction, isRange, type Value } from '../tree';

export type FieldType = IFieldInfo['type'];

/** `within`: from the first value to before the second. */
export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'between'
  | 'within'
  | 'in'
  | 'not in'
  | 'contains'
  | 'not contains'
  | 'like'
  | 'not like'
  | 'matches'
  | 'not matches'
  | 'null'
  | 'not null';

/** `same`: one annotation meets this and the other plain conditions on annotations. */
export type Quantifier = 'same' | 'any' | 'none' | 'all' | 'count';

/** Values as they are typed, times in UTC as `2026-03-01T14:05`; null: missing. */
export interface IDraft {
  readonly field: string;
  readonly operator: Operator;
  readonly values: readonly (string | null)[];
  readonly quantifier: Quantifier;
  /** The least number of annotations, for the quantifier `count`. */
  readonly atLeast: number;
}

const TEXT: readonly Operator[] = [
  '=',
  '!=',
  'in',
  'not in',
  'contains',
  'not contains',
  'like',
  'not like',
  'matches',
  'not matches',
  'null',
  'not null'
];
const ORDERED: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];

const OPERATORS: Record<FieldType, readonly Operator[]> = {
  string: TEXT,
  tags: TEXT,
  integer: [
    ...ORDERED,
    'between',
    'within',
    'in',
    'not in',
    'null',
    'not null'
  ],
  number: [...ORDERED, 'between', 'within', 'in', 'not in', 'null', 'not null'],
  boolean: ['=', 'null', 'not null'],
  timestamp: ['within', 'between', ...ORDERED.slice(2), '=', 'null', 'not null']
};

/** What a field of the type can be asked, the usual first. */
export function operatorsFor(type: FieldType): readonly Operator[] {
  return OPERATORS[type];
}

/** How many values the operator takes. */
export function arity(operator: Operator): 0 | 1 | 2 | 'many' {
  switch (operator) {
    case 'null':
    case 'not null':
      return 0;
    case 'between':
    case 'within':
      return 2;
    case 'in':
    case 'not in':
      return 'many';
    default:
      return 1;
  }
}

/** A fresh condition on a field. */
export function newDraft(field: IFieldInfo): IDraft {
  return {
    field: field.name,
    operator: OPERATORS[field.type][0],
    values: field.type === 'boolean' ? ['true'] : [],
    quantifier: 'same',
    atLeast: 1
  };
}

/** The draft with another operator: values stay as far as they fit. */
export function withOperator(draft: IDraft, operator: Operator): IDraft {
  const count = arity(operator);
  const filled = draft.values.filter(value => value !== null && value !== '');
  return {
    ...draft,
    operator,
    values: count === 'many' ? filled : filled.slice(0, count)
  };
}

/** A typed value as the filter holds it; undefined: it is none of that type. */
export function parseValue(text: string, type: FieldType): Value | undefined {
  switch (type) {
    case 'integer':
    case 'number': {
      const number = Number(text);
      return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'timestamp': {
      const time = new Date(/Z|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
      return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
    }
    default:
      return text;
  }
}

/** A value of a filter as it is typed. */
export function writeValue(value: Value, type: FieldType): string | null {
  if (value === null || type !== 'timestamp' || typeof value !== 'string') {
    return value === null ? null : String(value);
  }
  const time = new Date(value);
  return Number.isNaN(time.getTime())
    ? value
    : time.toISOString().replace(/(:00)?(\.000)?Z$/, '');
}

/** The filter's conjuncts; null while a value is missing or of another type. */
export function toParts(draft: IDraft, type: FieldType): Filter[] | null {
  const values = draft.values.map(value =>
    value === null ? null : parseValue(value, type)
  );
  const count = arity(draft.operator);
  const fits = count === 'many' ? values.length > 0 : values.length >= count;
  if (!fits || values.includes(undefined)) {
    return null;
  }
  const parts = plain(draft.field, draft.operator, values as Value[]);
  const arg = parts && conjunction(parts);
  if (arg === null || draft.quantifier === 'same') {
    return parts;
  }
  return draft.quantifier === 'count'
    ? [{ op: 'count', arg, cmp: '>=', value: draft.atLeast }]
    : [{ op: draft.quantifier, arg }];
}

function plain(
  field: string,
  operator: Operator,
  values: Value[]
): Filter[] | null {
  const [first, second] = values as Exclude<Value, null>[];
  switch (operator) {
    case 'null':
      return [{ op: 'null', field }];
    case 'in':
      return [{ op: 'in', field, values }];
    case 'between':
      return typeof first === 'boolean' || typeof second === 'boolean'
        ? null
        : [{ op: 'between', field, low: first, high: second }];
    case 'within':
      return [
        { op: 'compare', field, cmp: '>=', value: first },
        { op: 'compare', field, cmp: '<', value: second }
      ];
    case 'contains':
    case 'like':
    case 'matches':
      return first === ''
        ? null
        : [{ op: operator, field, value: String(first) }];
    case 'not null':
    case 'not in':
    case 'not contains':
    case 'not like':
    case 'not matches': {
      const parts = plain(field, operator.slice(4) as Operator, values);
      return parts && [{ op: 'not', arg: parts[0] }];
    }
    default:
      return [{ op: 'compare', field, cmp: operator, value: first }];
  }
}

/** The draft of a chip's conjuncts; null: no form holds them. */
export function fromParts(
  parts: readonly Filter[],
  fields: readonly IFieldInfo[]
): IDraft | null {
  const [node] = parts;
  if (parts.length === 1) {
    switch (node.op) {
      case 'any':
      case 'none':
      case 'all':
        return quantified(node.arg, node.op, 1, fields);
      case 'count':
        return node.arg && node.cmp === '>='
          ? quantified(node.arg, 'count', node.value, fields)
          : null;
    }
  }
  return fromPlain(parts, fields);
}

function quantified(
  arg: Filter,
  quantifier: Quantifier,
  atLeast: number,
  fields: readonly IFieldInfo[]
): IDraft | null {
  const draft = fromPlain(arg.op === 'and' ? arg.args : [arg], fields);
  return draft && { ...draft, quantifier, atLeast };
}

function fromPlain(
  parts: readonly Filter[],
  fields: readonly IFieldInfo[]
): IDraft | null {
  const read = parts.length === 2 ? readRange(parts) : readOne(parts);
  const info = read && fields.find(({ name }) => name === read.field);
  if (!read || !info || !OPERATORS[info.type].includes(read.operator)) {
    return null;
  }
  return {
    field: read.field,
    operator: read.operator,
    values: read.values.map(value => writeValue(value, info.type)),
    quantifier: 'same',
    atLeast: 1
  };
}

interface IRead {
  field: string;
  operator: Operator;
  values: Value[];
}

function readRange([low, high]: readonly Filter[]): IRead | null {
  return isRange(low, high) &&
    low.op === 'compare' &&
    high.op === 'compare' &&
    low.cmp === '>=' &&
    high.cmp === '<'
    ? { field: low.field, operator: 'within', values: [low.value, high.value] }
    : null;
}

function readOne(parts: readonly Filter[]): IRead | null {
  const [node] = parts;
  if (parts.length !== 1) {
    return null;
  }
  switch (node.op) {
    case 'compare':
      return { field: node.field, operator: node.cmp, values: [node.value] };
    case 'in':
      return { field: node.field, operator: 'in', values: [...node.values] };
    case 'between':
      return {
        field: node.field,
        operator: 'between',
        values: [node.low, node.high]
      };
    case 'null':
      return { field: node.field, operator: 'null', values: [] };
    case 'contains':
    case 'like':
    case 'matches':
      return { field: node.field, operator: node.op, values: [node.value] };
    case 'not': {
      const read = readOne([node.arg]);
      const operator = read && `not ${read.operator}`;
      return operator !== null && TEXT.includes(operator as Operator)
        ? { ...read!, operator: operator as Operator }
        : null;
    }
    default:
      return null;
  }
}
