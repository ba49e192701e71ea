/** Notebooks and workspaces; the code of their links is loaded with the first notebook. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { addAboveIcon } from '@jupyterlab/ui-components';
import { CommandIDs, IWorkspaces } from '../../tokens';
import { CELL_ARGS } from '../commands/args';
import { ICore } from '../core';
import { reportFailure } from '../failure';
import type { NotebookLinks } from './notebookLinks';

export const notebooksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:notebooks',
  description: 'Links notebooks to workspaces.',
  requires: [ICore, IWorkspaces, INotebookTracker],
  optional: [IStatusBar],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    notebooks: INotebookTracker,
    statusBar: IStatusBar | null
  ) => {
    const { trans, commands } = core;
    let links: Promise<NotebookLinks> | null = null;
    const load = (): Promise<NotebookLinks> =>
      (links ??= import('./notebookLinks').then(({ NotebookLinks }) => {
        const created = new NotebookLinks(app, core, workspaces, notebooks);
        created.showStatus(statusBar);
        return created;
      }));
    const follow = (panel: NotebookPanel): void => {
      load().then(created => created.follow(panel), reportFailure);
    };
    notebooks.forEach(follow);
    notebooks.widgetAdded.connect((_, panel) => follow(panel));

    commands.addCommand(CommandIDs.insertCell, {
      label: trans.__('Insert View as Cell'),
      caption: trans.__('Write the line that reproduces the view'),
      icon: addAboveIcon,
      describedBy: CELL_ARGS,
      isEnabled: () => workspaces.current !== null && notebooks.size > 0,
      execute: async ({ code }) => {
        try {
          const model = workspaces.current;
          const isDone =
            model &&
            (await (
              await load()
            ).insertCell(model, code as string | undefined));
          if (isDone === false) {
            Notification.info(
              trans.__(
                'Open a notebook first; the cell goes below its active one.'
              )
            );
          }
        } catch (reason) {
          reportFailure(reason);
        }
      }
    });
    core.offer(CommandIDs.insertCell);
    const changed = (): void =>
      commands.notifyCommandChanged(CommandIDs.insertCell);
    notebooks.widgetAdded.connect((_, panel) => {
      changed();
      // The tracker forgets it in the same turn, after or before this.
      panel.disposed.connect(() => void Promise.resolve().then(changed));
    });
  }
};
