/** Whether a view speaks of annotations, so that some of them match and others do not. */
import type { Filter, IFieldInfo, IViewSpec } from '../client/types';

/** Whether some annotations of a view match and others do not. */
export function isJudged(
  view: Pick<IViewSpec, 'filter' | 'outcomes'>,
  fields: readonly IFieldInfo[]
): boolean {
  const { outcomes, filter } = view;
  return (
    (!!outcomes && !isOfImages(outcomes)) || hasAnnotationTerms(filter, fields)
  );
}

/** Whether outcomes are asked of whole images only: those on which a run does better or worse. */
function isOfImages(outcomes: NonNullable<IViewSpec['outcomes']>): boolean {
  const { against, outcomes: kinds, classes, cell, errors } = outcomes;
  const ranges = [
    outcomes.confidence_range,
    outcomes.iou_range,
    outcomes.area_range
  ];
  const lists = [kinds, classes, errors];
  return (
    !!against &&
    !cell &&
    !ranges.some(Boolean) &&
    !lists.some(list => list && list.length > 0)
  );
}

/** Whether a filter does. */
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
