/** Commands that search: what is like the images or objects that were pointed at. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { IExamples } from '../search/spec';
import { CommandIDs, IWorkspaces } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { EXAMPLES_ARGS, NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';

interface IArgs extends Partial<IExamples> {
  /** From a context menu: what it was opened on is meant. Else Lab tells of the one before. */
  readonly here?: boolean;
  /** Look away from them. */
  readonly unlike?: boolean;
  /** Beside what is searched now. */
  readonly add?: boolean;
}

/** Elements that show what can be searched for. */
const SHOWING =
  '.vl-tile, .vl-annotations tr[data-id], .vl-duplicates-member, .vl-viewer, .vl-map-host[data-hover]';

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
      app.contextMenuHitTest(element => element.matches(SHOWING));
    const ids: string[] = [];
    const offer = (
      command: string,
      options: CommandRegistry.ICommandOptions
    ): void => {
      commands.addCommand(command, {
        isEnabled: () => workspaces.current !== null,
        ...options
      });
      palette?.addItem({ command, category: trans.__('VisionLens') });
      ids.push(command);
    };
    const pointed = async (
      model: IWorkspaceModel,
      element: HTMLElement | undefined
    ): Promise<IExamples | undefined> =>
      (await import('../search/meant')).meant(model, element);
    /** Search from an element of a panel; the grid shows what is found, in order. */
    const search = async (
      model: IWorkspaceModel,
      element: HTMLElement | undefined,
      run: (actions: typeof import('../search/actions')) => Promise<void>
    ): Promise<void> => {
      try {
        await run(await import('../search/actions'));
        if (!element?.closest('.vl-grid, .vl-map')) {
          const { dataset, workspace } = model.server;
          await commands.execute(CommandIDs.openGrid, {
            dataset,
            workspace,
            activate: false
          });
        }
      } catch (reason) {
        reportFailure(reason);
      }
    };
    const add = (
      command: string,
      label: string,
      given: Pick<IArgs, 'unlike' | 'add'>
    ): void =>
      offer(command, {
        label,
        describedBy: EXAMPLES_ARGS,
        isVisible: () =>
          !given.add || !!workspaces.current?.store.getState().view.search,
        execute: async (args: IArgs) => {
          const model = workspaces.current;
          const element = args.here ? node() : undefined;
          const { ids, level } = args;
          if (model) {
            const { unlike, add: more } = { ...given, ...args };
            const kind = unlike ? 'unlike' : 'like';
            const examples =
              ids && level ? { ids, level } : await pointed(model, element);
            if (examples) {
              await search(model, element, ({ findSimilar }) =>
                findSimilar({ model, client }, examples, kind, more)
              );
            }
          }
        }
      });
    const draw = (
      command: string,
      mode: 'diverse' | 'outliers',
      label: string,
      caption: string
    ): void =>
      offer(command, {
        label,
        caption,
        describedBy: NO_ARGS,
        execute: async ({ here }) => {
          const model = workspaces.current;
          if (model) {
            const element = here
              ? app.contextMenuHitTest(each => each.matches('.vl-panel'))
              : undefined;
            await search(model, element, ({ drawSample }) =>
              drawSample({ model, client }, mode)
            );
          }
        }
      });
    add(CommandIDs.findSimilar, trans.__('Find Similar'), {});
    add(CommandIDs.moreLike, trans.__('More Like This'), { add: true });
    add(CommandIDs.lessLike, trans.__('Less Like This'), {
      add: true,
      unlike: true
    });
    draw(
      CommandIDs.diverse,
      'diverse',
      trans.__('Diverse Sample'),
      trans.__('Some of the view that are as unlike each other as can be')
    );
    draw(
      CommandIDs.outliers,
      'outliers',
      trans.__('Outliers'),
      trans.__('Those of the view that are farthest from all others')
    );
    workspaces.currentChanged.connect(() =>
      ids.forEach(command => commands.notifyCommandChanged(command))
    );
  }
};
