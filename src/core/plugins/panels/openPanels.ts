/** Opens and finds the tabs of the main area; loaded with the first of them. */
import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IViewSpec } from '../../client/types';
import { CommandIDs, type IWorkspaces } from '../../tokens';
import type { ICore } from '../core';
import { type IPlaceRequest, MainArea } from './mainArea';
import {
  type IPanelKinds,
  type IPanelType,
  preload,
  WorkspacePanel
} from './workspacePanel';

/** Arguments of the commands; without a dataset they mean the current workspace. */
export interface IPanelArgs extends IPlaceRequest {
  dataset?: string;
  workspace?: string;
  notebook?: string;
  /** Which of the things that such a panel can show. */
  part?: string;
  /** The sample to show. */
  sample?: number;
  /** The view to show; undo brings back the one before. */
  view?: IViewSpec;
}

export { preload };

export class Panels {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _workspaces: IWorkspaces,
    private readonly _panels: IPanelKinds,
    lab: ILabShell | null
  ) {
    this._main = new MainArea(_app.shell, lab);
  }

  /** Open or reveal a panel; without any dataset the list of them. */
  async open(type: IPanelType, args: IPanelArgs): Promise<void> {
    // The panel's code comes while the server opens the dataset.
    preload(type);
    const place = await this._place(args);
    if (place === null) {
      await this._app.commands.execute(CommandIDs.showDatasets);
      return;
    }
    const part = args.part ?? '';
    const known = this._find(type, place.workspace, part);
    if (known) {
      this._reveal(known, args.activate ?? true);
    } else {
      const options = {
        part,
        below: this._panels.below(type.kind),
        workspaces: this._workspaces,
        context: this._core
      };
      this._add(new WorkspacePanel({ type, ...place, ...options }), args);
    }
    if (args.view) {
      (await this._workspaces.open(place)).setView(args.view);
    }
    this._workspaces.activate(place.workspace);
    if (args.sample !== undefined) {
      (await this._workspaces.open(place)).setFocus(args.sample);
    } else if (type.kind === 'sample' && args.activate !== false) {
      await (await this._workspaces.open(place)).focusAny();
    }
  }

  private async _place({
    dataset,
    workspace,
    notebook
  }: IPanelArgs): Promise<{ dataset: string; workspace: string } | null> {
    // A restored panel does not wait for the server: its content will.
    const shown =
      workspace ?? (notebook === undefined ? this._shown(dataset) : undefined);
    if (dataset !== undefined && shown !== undefined) {
      return { dataset, workspace: shown };
    }
    const model =
      dataset !== undefined
        ? await this._workspaces.open({ dataset, notebook })
        : this._workspaces.current;
    return (
      model && {
        dataset: model.server.dataset,
        workspace: model.server.workspace
      }
    );
  }

  /** The workspace of a grid that shows the dataset, the current one if it does. */
  private _shown(dataset: string | undefined): string | undefined {
    const grid = this._tracker('grid');
    const current = grid.currentWidget;
    const panel =
      current?.slug === dataset
        ? current
        : grid.find(({ slug }) => slug === dataset);
    return panel?.workspace;
  }

  private _find(
    { kind }: IPanelType,
    workspace: string,
    part: string
  ): WorkspacePanel | undefined {
    return this._tracker(kind).find(
      panel => panel.workspace === workspace && panel.part === part
    );
  }

  private _add(panel: WorkspacePanel, request: IPlaceRequest): void {
    this._main.add(panel, request);
    const tracker = this._tracker(panel.type.kind);
    void tracker.add(panel);
    panel.workspaceChanged.connect(() => void tracker.save(panel));
    panel.disposed.connect(({ workspace }) => {
      if (!this._main.panels.some(each => each.workspace === workspace)) {
        this._workspaces.close(workspace);
      }
    });
  }

  /** Show a panel; where the keyboard shall stay, only if it is hidden behind another tab. */
  private _reveal(panel: WorkspacePanel, activate: boolean): void {
    if (activate || !panel.isVisible) {
      this._app.shell.activateById(panel.id);
    }
  }

  private _tracker(kind: string): WidgetTracker<WorkspacePanel> {
    return this._panels.tracker(kind);
  }

  private readonly _main: MainArea;
}
