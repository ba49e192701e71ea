/** Commands that change labels, and the one that exports. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { CommandIDs, IWorkspaces } from '../tokens';
import { EXAMPLES_ARGS, NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';
import type { ILabelArgs, LabelCommands } from './labelCommands';

export const labelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:labels',
  description: 'Changes and exports labels.',
  requires: [ICore, IWorkspaces],
  autoStart: true,
  activate: (app: JupyterFrontEnd, core: ICore, workspaces: IWorkspaces) => {
    const { commands, trans } = core;
    const ids: string[] = [];
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
            await import('./labelCommands')
              .then(({ LabelCommands }) =>
                run(new LabelCommands(app, core, model), args)
              )
              .catch(reportFailure);
          }
        }
      });
      core.offer(command);
      ids.push(command);
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
    add(CommandIDs.exportLabels, trans.__('Export…'), labels =>
      labels.exportLabels()
    );
    workspaces.currentChanged.connect(() =>
      ids.forEach(command => commands.notifyCommandChanged(command))
    );
  }
};
