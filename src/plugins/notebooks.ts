/** Notebooks and workspaces; the code of their links is loaded with the first notebook. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { addAboveIcon } from '@jupyterlab/ui-components';
import { CommandIDs, IWorkspaces } from '../tokens';
import { NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';
import type { NotebookLinks } from './notebookLinks';

export const notebooksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:notebooks',
  description: 'Links notebooks to workspaces.',
  requires: [ICore, IWorkspaces, INotebookTracker],
  optional: [ICommandPalette, IStatusBar],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
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
      describedBy: NO_ARGS,
      isEnabled: () => workspaces.current !== null,
      execute: async () => {
        try {
          const model = workspaces.current;
          if (model && !(await (await load()).insertCell(model))) {
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
    palette?.addItem({
      command: CommandIDs.insertCell,
      category: trans.__('VisionLens')
    });
    workspaces.currentChanged.connect(() =>
      commands.notifyCommandChanged(CommandIDs.insertCell)
    );
  }
};
