import type { TranslationBundle } from '@jupyterlab/translation';
import { sourceName } from '../../outcomes/sourceName';
import type { Value } from '../tree';

/** A value of a field as people read it. */
export function valueLabel(
  field: string,
  value: Value,
  trans: TranslationBundle
): string {
  if (field === 'source' && typeof value === 'string') {
    return sourceName(value, trans);
  }
  if (value === null) {
    return trans.__('(missing)');
  }
  if (typeof value === 'boolean') {
    return value ? trans.__('yes') : trans.__('no');
  }
  return value === '' ? trans.__('(empty)') : String(value);
}
