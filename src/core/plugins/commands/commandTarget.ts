/** What a command is about: what was pointed at, or what is selected. */
import type { Level } from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';

/** Ids of one level. */
export interface IExamples {
  readonly level: Level;
  readonly ids: readonly number[];
}

/** What an element shows; undefined: nothing that could be searched for. */
function shownBy(node: HTMLElement, level: string): IExamples | undefined {
  const { id, hover, annotation, sample } = node.dataset;
  if (node.matches('.vl-tile')) {
    return { level: level as IExamples['level'], ids: [Number(id)] };
  }
  if (node.matches('.vl-annotations tr') && id !== undefined) {
    return { level: 'annotations', ids: [Number(id)] };
  }
  if (node.matches('.vl-duplicates-member')) {
    return { level: 'samples', ids: [Number(sample)] };
  }
  if (node.matches('.vl-viewer')) {
    return annotation !== undefined
      ? { level: 'annotations', ids: [Number(annotation)] }
      : { level: 'samples', ids: [Number(sample)] };
  }
  return node.matches('.vl-map-host') && hover !== undefined
    ? {
        level: node.dataset.level as IExamples['level'],
        ids: [Number(hover)]
      }
    : undefined;
}

/** What is meant: what was clicked on, with all that is selected if it is; else the selection. */
export function meant(
  model: IWorkspaceModel,
  node: HTMLElement | undefined
): IExamples | undefined {
  const { selection, shown, focus } = model.store.getState();
  const selected =
    selection.ids.size > 0
      ? { level: selection.level, ids: [...selection.ids] }
      : undefined;
  const pointed = node && shownBy(node, shown.level);
  if (pointed === undefined) {
    const seen = focus === null ? [] : [focus];
    return (
      selected ??
      (seen[0] !== undefined ? { level: 'samples', ids: seen } : undefined)
    );
  }
  const isSelected =
    selected?.level === pointed.level && selection.ids.has(pointed.ids[0]);
  return isSelected ? selected : pointed;
}
