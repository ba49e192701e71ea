/** Commands that search: what is like the images or objects that were pointed at. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { IExamples } from '../search/spec';
import { CommandIDs, IWorkspaces } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { EXAMPLES_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';

interface IArgs extends Partial<IExamples> {
  /** Look away from them. */
  readonly unlike?: boolean;
  /** Beside what is searched now. */
  readonly add?: boolean;
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

export const searchesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:searches',
  description: 'Finds what looks like images and objects.',
  requires: [ICore, IWorkspaces],
  optional: [ICommandPalette],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    palette: ICommandPalette | null
  ) => {
    const { commands, trans, client } = core;
    const node = (): HTMLElement | undefined =>
      app.contextMenuHitTest(
        element =>
          workspaces.current !== null &&
          shownBy(element, 'samples') !== undefined
      );
    const add = (
      command: string,
      label: string,
      given: Pick<IArgs, 'unlike' | 'add'>
    ): void => {
      commands.addCommand(command, {
        label,
        describedBy: EXAMPLES_ARGS,
        isEnabled: () => workspaces.current !== null,
        isVisible: () =>
          !given.add || !!workspaces.current?.store.getState().view.search,
        execute: async (args: IArgs) => {
          const model = workspaces.current;
          const examples =
            args.ids && args.level
              ? { ids: args.ids, level: args.level }
              : model && meant(model, node());
          if (model && examples) {
            const { unlike, add: more } = { ...given, ...args };
            await import('../search/actions')
              .then(({ findSimilar }) =>
                findSimilar(
                  { model, client },
                  examples,
                  unlike ? 'unlike' : 'like',
                  more
                )
              )
              .catch(reportFailure);
          }
        }
      });
      palette?.addItem({ command, category: trans.__('VisionLens') });
    };
    add(CommandIDs.findSimilar, trans.__('Find Similar'), {});
    add(CommandIDs.moreLike, trans.__('More Like This'), { add: true });
    add(CommandIDs.lessLike, trans.__('Less Like This'), {
      add: true,
      unlike: true
    });
    workspaces.currentChanged.connect(() =>
      [
        CommandIDs.findSimilar,
        CommandIDs.moreLike,
        CommandIDs.lessLike
      ].forEach(command => commands.notifyCommandChanged(command))
    );
  }
};
