/** What links notebooks and workspaces: requests of kernels, the status bar's line, views as cells. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import {
  type INotebookTracker,
  NotebookActions,
  type NotebookPanel
} from '@jupyterlab/notebook';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';
import { KernelBridge } from '../../kernel/bridge';
import { cellCode, viewCode } from '../../kernel/cell';
import type { NotebookLink } from '../../kernel/link';
import { LinkStatusItem } from '../../kernel/linkItem';
import type { IShowRequest } from '../../kernel/messages';
import type { IWorkspaces } from '../../tokens';
import type { IWorkspaceModel } from '../../workspace/types';
import { openWithNotebook } from './openWithNotebook';
import type { ICore } from '../core';
import { reportFailure } from '../failure';
import '../panels/statusStyles';

export class NotebookLinks {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _workspaces: IWorkspaces,
    private readonly _notebooks: INotebookTracker
  ) {
    this._bridge = new KernelBridge(_workspaces, {
      show: (request, link) => this._show(request, link),
      hello: version =>
        void this._compareVersions(version).catch(reportFailure),
      failed: reportFailure
    });
  }

  /** Listen to a notebook's kernel as long as the notebook is open. */
  follow(panel: NotebookPanel): void {
    panel.disposed.connect(this._bridge.add(panel.sessionContext));
  }

  /** A line about the current workspace's link, while a workspace is open. */
  showStatus(statusBar: IStatusBar | null): void {
    const { trans } = this._core;
    const item = new LinkStatusItem(
      this._workspaces,
      this._bridge,
      trans,
      path => this._activate(this._find(path))
    );
    const changed = new Signal<LinkStatusItem, void>(item);
    this._workspaces.currentChanged.connect(() => changed.emit());
    statusBar?.registerStatusItem('visionlens-jlab:link', {
      item,
      align: 'left',
      rank: 50,
      isActive: () => this._workspaces.current !== null,
      activeStateChanged: changed
    });
  }

  /**
   * Write code, or the line that reproduces the view, below the active cell of the linked
   * notebook, else of the one used last. False: there is no notebook.
   */
  async insertCell(model: IWorkspaceModel, written?: string): Promise<boolean> {
    const path = this._bridge.linkOf(model.server.workspace)?.path;
    const panel =
      (path !== undefined && this._find(path)) || this._notebooks.currentWidget;
    if (!panel) {
      return false;
    }
    const code = written ?? (await this._viewCode(model));
    const { content } = panel;
    const sources = content.widgets.map(cell => cell.model.sharedModel.source);
    NotebookActions.insertBelow(content);
    content.activeCell?.model.sharedModel.setSource(cellCode(code, sources));
    this._activate(panel);
    return true;
  }

  private async _viewCode(model: IWorkspaceModel): Promise<string> {
    // The predicate's text comes from the server.
    await model.flush();
    const { detail, dataset, predicate, view } = model.store.getState();
    return viewCode(detail?.name ?? dataset, predicate, view);
  }

  /** Open the workspace beside the notebook; the keyboard stays in the notebook. */
  private async _show(
    { dataset, workspace, notebook }: IShowRequest,
    link: NotebookLink
  ): Promise<IWorkspaceModel> {
    const panel = this._find(link.path);
    const model = await this._workspaces.open({
      dataset,
      workspace,
      notebook: notebook ?? undefined
    });
    await openWithNotebook(
      this._app,
      panel ?? null,
      { dataset, workspace: model.server.workspace },
      panel === this._notebooks.currentWidget
    );
    return model;
  }

  /** The kernel's code and the server's have to be of one version. */
  private async _compareVersions(kernel: string): Promise<void> {
    const { client, trans } = this._core;
    const { version } = await client.about();
    if (version !== kernel) {
      Notification.warning(
        trans.__(
          'The kernel has visionlens-jlab %1, the Jupyter server %2. Install the same version in both.',
          kernel,
          version
        )
      );
    }
  }

  private _find(path: string): NotebookPanel | undefined {
    return this._notebooks.find(panel => panel.sessionContext.path === path);
  }

  private _activate(panel: NotebookPanel | undefined): void {
    if (panel) {
      this._app.shell.activateById(panel.id);
    }
  }

  private readonly _bridge: KernelBridge;
}
