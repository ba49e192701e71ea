/** Commands that change labels. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { CommandIDs, IWorkspaces } from '../core/tokens';
import { EXAMPLES_ARGS, NO_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';
import type { ILabelArgs, LabelCommands } from './commands';

export const labelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:labels',
  description: 'Changes labels.',
  requires: [ICore, IWorkspaces],
  autoStart: true,
  activate: (app: JupyterFrontEnd, core: ICore, workspaces: IWorkspaces) => {
    const { commands, trans } = core;
    core.addPart(
      'labels',
      async transport => new (await import('./client')).LabelsClient(transport)
    );
    const add = (
      command: string,
      label: string,
      run: (labels: LabelCommands, args: ILabelArgs) => Promise<void>,
      describedBy: typeof EXAMPLES_ARGS | typeof NO_ARGS = NO_ARGS
    ): void => {
      commands.addCommand(command, {
        label,
        describedBy,
        isEnabled: () => workspaces.current !== null,
        execute: async (args: ILabelArgs) => {
          const model = workspaces.current;
          if (model) {
            await import('./commands')
              .then(({ LabelCommands }) =>
                run(new LabelCommands(app, core, model), args)
              )
              .catch(reportFailure);
          }
        }
      });
      core.offer(command);
    };
    add(
      CommandIDs.relabel,
      trans.__('Relabel Annotations…'),
      (labels, args) => labels.relabel(args),
      EXAMPLES_ARGS
    );
    add(
      CommandIDs.deleteAnnotations,
      trans.__('Delete Annotations'),
      (labels, args) => labels.remove(args),
      EXAMPLES_ARGS
    );
    add(CommandIDs.undoLabels, trans.__('Undo Label Change'), labels =>
      labels.changes.undo()
    );
    add(CommandIDs.redoLabels, trans.__('Redo Label Change'), labels =>
      labels.changes.redo()
    );
  }
};
