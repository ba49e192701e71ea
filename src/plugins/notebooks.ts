/** Notebooks: their kernels' requests, the link in the status bar, views as cells. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import {
  INotebookTracker,
  NotebookActions,
  type NotebookPanel
} from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { addAboveIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
// Kernels may ask for panels at any time.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { KernelBridge } from '../kernel/bridge';
import { cellCode, viewCode } from '../kernel/cell';
import { LinkStatusItem } from '../kernel/linkItem';
import type { NotebookLink } from '../kernel/link';
import type { IShowRequest } from '../kernel/messages';
import { CommandIDs, IWorkspaces } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';

/** The kernel's code and the server's have to be of one version. */
async function compareVersions(core: ICore, kernel: string): Promise<void> {
  const { version } = await core.client.about();
  if (version !== kernel) {
    Notification.warning(
      core.trans.__(
        'The kernel has visionlens-jlab %1, the Jupyter server %2. Install the same version in both.',
        kernel,
        version
      )
    );
  }
}

function insertCell(panel: NotebookPanel, code: string): void {
  const { content } = panel;
  const sources = content.widgets.map(cell => cell.model.sharedModel.source);
  NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(cellCode(code, sources));
}

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
    const panelOf = (path: string): NotebookPanel | undefined =>
      notebooks.find(panel => panel.sessionContext.path === path);

    /** Open the workspace beside the notebook; the keyboard stays in the notebook. */
    const show = async (
      { dataset, workspace, notebook }: IShowRequest,
      link: NotebookLink
    ): Promise<IWorkspaceModel> => {
      const panel = panelOf(link.path);
      const model = await workspaces.open({
        dataset,
        workspace,
        notebook: notebook ?? undefined
      });
      await commands.execute(CommandIDs.openGrid, {
        dataset,
        workspace: model.server.workspace,
        ref: panel?.id,
        mode: 'split-right',
        activate: false
      });
      await commands.execute(CommandIDs.showFilters);
      if (panel && panel === notebooks.currentWidget) {
        app.shell.activateById(panel.id);
      }
      return model;
    };

    const bridge = new KernelBridge(workspaces, {
      show,
      hello: version =>
        void compareVersions(core, version).catch(reportFailure),
      failed: reportFailure
    });
    const follow = (panel: NotebookPanel): void => {
      panel.disposed.connect(bridge.add(panel.sessionContext));
    };
    notebooks.forEach(follow);
    notebooks.widgetAdded.connect((_, panel) => follow(panel));

    const target = (model: IWorkspaceModel): NotebookPanel | null => {
      const path = bridge.linkOf(model.server.workspace)?.path;
      return (path !== undefined && panelOf(path)) || notebooks.currentWidget;
    };
    commands.addCommand(CommandIDs.insertCell, {
      label: trans.__('Insert View as Cell'),
      caption: trans.__('Write the line that reproduces the view'),
      icon: addAboveIcon,
      describedBy: NO_ARGS,
      isEnabled: () => workspaces.current !== null,
      execute: async () => {
        const model = workspaces.current;
        if (!model) {
          return;
        }
        const panel = target(model);
        if (!panel) {
          Notification.info(
            trans.__(
              'Open a notebook first; the cell goes below its active one.'
            )
          );
          return;
        }
        // The predicate's text comes from the server.
        await model.flush();
        const { detail, dataset, predicate, view } = model.store.getState();
        const name = detail?.name ?? dataset;
        insertCell(panel, viewCode(name, predicate, view));
        app.shell.activateById(panel.id);
      }
    });
    palette?.addItem({
      command: CommandIDs.insertCell,
      category: trans.__('VisionLens')
    });
    workspaces.currentChanged.connect(() =>
      commands.notifyCommandChanged(CommandIDs.insertCell)
    );

    const item = new LinkStatusItem(workspaces, bridge, trans, path => {
      const panel = panelOf(path);
      if (panel) {
        app.shell.activateById(panel.id);
      }
    });
    const changed = new Signal<LinkStatusItem, void>(item);
    workspaces.currentChanged.connect(() => changed.emit());
    statusBar?.registerStatusItem('visionlens-jlab:link', {
      item,
      align: 'left',
      rank: 50,
      isActive: () => workspaces.current !== null,
      activeStateChanged: changed
    });
  }
};
