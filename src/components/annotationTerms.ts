/** Whether a filter speaks of annotations, so that some of them match and others do not. */
import type { Filter, IFieldInfo } from '../client/types';

export function hasAnnotationTerms(
  filter: Filter | null,
  fields: readonly IFieldInfo[]
): boolean {
  if (filter === null) {
    return false;
  }
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.args.some(arg => hasAnnotationTerms(arg, fields));
    case 'not':
      return hasAnnotationTerms(filter.arg, fields);
    case 'any':
    case 'none':
    case 'all':
    case 'count':
      return true;
    default: {
      const named = fields.find(info => info.name === filter.field);
      return named
        ? named.level === 'annotations'
        : filter.field.startsWith('annotation.');
    }
  }
}
