/** Commands that search: what is like the images or objects that were pointed at. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIDs, IWorkspaces } from '../core/tokens';
import { EXAMPLES_ARGS, NO_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';
import type { IArgs, SearchCommands } from './commands';

export const searchesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:searches',
  description: 'Finds what looks like images and objects.',
  requires: [ICore, IWorkspaces],
  autoStart: true,
  activate: (app: JupyterFrontEnd, core: ICore, workspaces: IWorkspaces) => {
    const { commands, trans } = core;
    core.addPart(
      'embeddings',
      async transport =>
        new (await import('./client')).EmbeddingsClient(transport)
    );
    core.addPart(
      'searches',
      async () =>
        new (await import('./searches')).Searches(core.client.embeddings)
    );
    core.slots.add('grid', async () => (await import('./SearchBar')).SearchBar);
    const add = (
      command: string,
      label: string,
      run: (searches: SearchCommands, args: IArgs) => Promise<void>,
      options: Partial<CommandRegistry.ICommandOptions> = {}
    ): void => {
      commands.addCommand(command, {
        label,
        describedBy: EXAMPLES_ARGS,
        isEnabled: () => workspaces.current !== null,
        execute: async (args: IArgs) => {
          const model = workspaces.current;
          if (model) {
            await import('./commands')
              .then(({ SearchCommands }) =>
                run(new SearchCommands(app, core, model), args)
              )
              .catch(reportFailure);
          }
        },
        ...options
      });
      core.offer(command);
    };
    const goesOn = {
      isVisible: () => !!workspaces.current?.store.getState().view.search
    };
    add(CommandIDs.findSimilar, trans.__('Find Similar'), (searches, args) =>
      searches.find(args)
    );
    add(
      CommandIDs.moreLike,
      trans.__('More Like This'),
      (searches, args) => searches.find({ add: true, ...args }),
      goesOn
    );
    add(
      CommandIDs.lessLike,
      trans.__('Less Like This'),
      (searches, args) => searches.find({ add: true, unlike: true, ...args }),
      goesOn
    );
    add(
      CommandIDs.diverse,
      trans.__('Diverse Sample'),
      (searches, { here }) => searches.draw('diverse', here),
      {
        caption: trans.__('Some of the view, as unlike each other as can be'),
        describedBy: NO_ARGS
      }
    );
    add(
      CommandIDs.outliers,
      trans.__('Outliers'),
      (searches, { here }) => searches.draw('outliers', here),
      {
        caption: trans.__('Those of the view farthest from all others'),
        describedBy: NO_ARGS
      }
    );
  }
};
