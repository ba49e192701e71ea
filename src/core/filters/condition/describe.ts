/** Short text of a condition for its chip, close to the words of the predicate language. */
import { formatNumber } from '../../components/format';
import type { Filter } from '../../client/types';
import type { ICondition, Value } from '../tree';

/** Values named in a chip before it counts the rest. */
const NAMED = 3;
/** A time as the server writes it; at midnight the day says it all. */
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?Z$/;
const PLAIN = /^[\p{L}\p{N}_.:-]+$/u;

function value(of: Value): string {
  if (of === null) {
    return '∅';
  }
  if (typeof of === 'number') {
    return formatNumber(of);
  }
  const time = typeof of === 'string' ? TIME.exec(of) : null;
  if (time) {
    return timeText(time);
  }
  if (typeof of === 'string' && !PLAIN.test(of)) {
    return `'${of.replace(/'/g, "''")}'`;
  }
  return String(of);
}

function timeText([, day, minute, second, fraction]: RegExpExecArray): string {
  const rest = `${second ?? ''}${fraction ?? ''}`;
  const time = `${minute}${/[1-9]/.test(rest) ? rest : ''}`;
  return time === '00:00' ? day : `${day} ${time}`;
}

function values(field: string, all: readonly Value[]): string {
  if (all.length === 1) {
    return all[0] === null ? `${field} is null` : `${field} = ${value(all[0])}`;
  }
  const named = all.slice(0, NAMED).map(value).join(', ');
  const rest = all.length - NAMED;
  return `${field}: ${named}${rest > 0 ? ` +${rest}` : ''}`;
}

/** An operand of `not`, `and` or `or`: compound ones stand in parentheses. */
function operand(node: Filter): string {
  return node.op === 'and' || node.op === 'or'
    ? `(${describe(node)})`
    : describe(node);
}

/** A condition in words: `class = WBC`, `brightness 38 – 201`, `not (split = train)`. */
export function describe(node: Filter): string {
  switch (node.op) {
    case 'compare':
      return `${node.field} ${node.cmp} ${value(node.value)}`;
    case 'in':
      return values(node.field, node.values);
    case 'between':
      return `${node.field} ${value(node.low)} – ${value(node.high)}`;
    case 'null':
      return `${node.field} is null`;
    case 'not':
      return `not ${operand(node.arg)}`;
    case 'and':
    case 'or':
      return node.args.map(operand).join(` ${node.op} `);
    case 'any':
    case 'none':
    case 'all':
      return `${node.op}(${describe(node.arg)})`;
    case 'count':
      return `count(${node.arg ? describe(node.arg) : ''}) ${node.cmp} ${node.value}`;
    default:
      return `${node.field} ${node.op} ${value(node.value)}`;
  }
}

/** A chip's text; both ends of a range as `38 ≤ brightness < 50`. */
export function describeCondition({ parts }: ICondition): string {
  const [low, high] = parts;
  if (low.op !== 'compare' || high?.op !== 'compare') {
    return parts.map(describe).join(' and ');
  }
  const sign = {
    '>': '<',
    '>=': '≤',
    '<': '<',
    '<=': '≤',
    '=': '=',
    '!=': '≠'
  };
  return `${value(low.value)} ${sign[low.cmp]} ${low.field} ${sign[high.cmp]} ${value(high.value)}`;
}
