/** The command that exports, and what is said of exports that ended. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { NO_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';
import { CommandIDs, IWorkspaces } from '../core/tokens';

export const exportPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:export',
  description: 'Exports datasets.',
  requires: [ICore, IWorkspaces],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, workspaces: IWorkspaces) => {
    const { client, commands, jobs, trans } = core;
    const command = CommandIDs.exportLabels;
    const dialog = () => import('./exportDialog');
    core.addPart(
      'exports',
      async transport => new (await import('./client')).ExportsClient(transport)
    );
    jobs.kinds.set('export', {
      showReport: async job => (await dialog()).showReport(job, trans),
      notifyDone: async job => (await dialog()).notifyExported(job, trans)
    });
    commands.addCommand(command, {
      label: trans.__('Export…'),
      describedBy: NO_ARGS,
      isEnabled: () => workspaces.current !== null,
      execute: async () => {
        const model = workspaces.current;
        try {
          if (model) {
            await (await dialog()).askAndExport(model, client, trans);
            await jobs.refresh();
          }
        } catch (reason) {
          reportFailure(reason);
        }
      }
    });
    core.offer(command);
  }
};
