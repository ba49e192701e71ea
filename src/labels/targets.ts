/** Which annotations a change of many labels is about. */
import type { IBulk, IViewSpec } from '../core/client/types';
import { conjunction, conjuncts } from '../core/filters/tree';
import type { IExamples } from '../core/plugins/commands/commandTarget';

/** The annotations that are meant; of images those that match the view's conditions. */
export function annotationsOf(
  view: IViewSpec,
  chosen: IExamples | undefined
): IBulk {
  if (chosen === undefined) {
    return { view };
  }
  if (chosen.level === 'annotations') {
    return { ids: [...chosen.ids] };
  }
  const images = conjunction([
    ...conjuncts(view.filter),
    { op: 'in', field: 'sample_id', values: [...chosen.ids] }
  ]);
  return { view: { ...view, level: 'samples', filter: images, search: null } };
}
