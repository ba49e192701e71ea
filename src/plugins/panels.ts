/** Opens, finds and restores the tabs of the main area: a grid and a sample panel per workspace. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import type { IViewSpec } from '../client/types';
import { CommandIDs, IWorkspaces, NAMESPACE } from '../tokens';
import { PANEL_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';
import { gridIcon, lensIcon, sampleIcon } from './icons';
import type { PanelKind, WorkspacePanel } from './workspacePanel';

/** Arguments of the commands; without a dataset they mean the current workspace. */
interface IPanelArgs {
  dataset?: string;
  workspace?: string;
  notebook?: string;
  /** The sample to show. */
  sample?: number;
  /** Where to open it: beside or after the widget of this id. */
  ref?: string;
  mode?: 'split-right' | 'tab-after';
  /** False: the keyboard stays where it is. */
  activate?: boolean;
  /** The view to show; undo brings back the one before. */
  view?: IViewSpec;
}

class Panels {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _workspaces: IWorkspaces
  ) {
    for (const tracker of Object.values(this.trackers)) {
      tracker.currentChanged.connect((_, panel) => {
        if (panel) {
          _workspaces.activate(panel.workspace);
        }
      });
    }
  }

  readonly trackers: Record<PanelKind, WidgetTracker<WorkspacePanel>> = {
    grid: new WidgetTracker({ namespace: `${NAMESPACE}-grid` }),
    sample: new WidgetTracker({ namespace: `${NAMESPACE}-sample` })
  };

  /** Open or reveal a panel; without any dataset the list of them. */
  async open(kind: PanelKind, args: IPanelArgs): Promise<void> {
    // The code comes while the server opens the dataset.
    const code = loadCode(kind);
    const place = await this._place(args);
    if (place === null) {
      await this._app.commands.execute(CommandIDs.showDatasets);
      return;
    }
    const { WorkspacePanel } = await code;
    const known = this._find(kind, place.workspace);
    if (known) {
      this._reveal(known, args.activate ?? true);
    } else {
      const options = { workspaces: this._workspaces, context: this._core };
      this._add(new WorkspacePanel({ kind, ...place, ...options }), args);
    }
    if (args.view) {
      (await this._workspaces.open(place)).setView(args.view);
    }
    this._workspaces.activate(place.workspace);
    if (args.sample !== undefined) {
      (await this._workspaces.open(place)).setFocus(args.sample);
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
    const { grid } = this.trackers;
    const current = grid.currentWidget;
    const panel =
      current?.slug === dataset
        ? current
        : grid.find(({ slug }) => slug === dataset);
    return panel?.workspace;
  }

  private _find(
    kind: PanelKind,
    workspace: string
  ): WorkspacePanel | undefined {
    return this.trackers[kind].find(panel => panel.workspace === workspace);
  }

  private _add(
    panel: WorkspacePanel,
    { ref, mode, activate }: IPanelArgs
  ): void {
    const { kind, workspace } = panel;
    const other = this._find(kind === 'grid' ? 'sample' : 'grid', workspace);
    this._app.shell.add(panel, 'main', {
      ref: ref ?? other?.id,
      mode: mode ?? 'tab-after',
      activate: activate ?? true,
      type: 'VisionLens'
    });
    const tracker = this.trackers[kind];
    void tracker.add(panel);
    panel.workspaceChanged.connect(() => void tracker.save(panel));
    panel.disposed.connect(() => {
      const shown = this._kinds.some(each => this._find(each, panel.workspace));
      if (!shown) {
        this._workspaces.close(panel.workspace);
      }
    });
  }

  /** Show a panel; where the keyboard shall stay, only if it is hidden behind another tab. */
  private _reveal(panel: WorkspacePanel, activate: boolean): void {
    if (activate || !panel.isVisible) {
      this._app.shell.activateById(panel.id);
    }
  }

  private readonly _kinds = ['grid', 'sample'] as const;
}

async function loadCode(
  kind: PanelKind
): Promise<typeof import('./workspacePanel')> {
  const code = await import('./workspacePanel');
  code.preload(kind);
  return code;
}

export const panelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:panels',
  description: 'Opens grid and sample panels.',
  requires: [ICore, IWorkspaces],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null
  ) => {
    const { trans, commands } = core;
    const panels = new Panels(app, core, workspaces);

    const openPanel = (kind: PanelKind) => (args: IPanelArgs) =>
      panels.open(kind, args).catch(reportFailure);
    commands.addCommand(CommandIDs.openGrid, {
      label: trans.__('Open Grid'),
      caption: trans.__('The images of the current dataset as a grid'),
      icon: gridIcon,
      describedBy: PANEL_ARGS,
      execute: openPanel('grid')
    });
    commands.addCommand(CommandIDs.openSample, {
      label: trans.__('Open Sample'),
      caption: trans.__('One image in full resolution'),
      icon: sampleIcon,
      describedBy: PANEL_ARGS,
      isEnabled: args =>
        workspaces.current !== null || args.dataset !== undefined,
      execute: openPanel('sample')
    });
    commands.addCommand(CommandIDs.open, {
      label: args =>
        args.isLauncher ? trans.__('VisionLens') : trans.__('Open Dataset…'),
      caption: trans.__('Look at an image dataset'),
      icon: lensIcon,
      describedBy: PANEL_ARGS,
      execute: async (args: IPanelArgs) => {
        if (args.dataset === undefined) {
          return commands.execute(CommandIDs.showDatasets);
        }
        // Errors go to who asked: the dataset's card.
        await panels.open('grid', args);
        return commands.execute(CommandIDs.showFilters);
      }
    });

    workspaces.currentChanged.connect(() => {
      commands.notifyCommandChanged(CommandIDs.openSample);
    });
    const category = trans.__('VisionLens');
    [CommandIDs.open, CommandIDs.openGrid, CommandIDs.openSample].forEach(
      command => palette?.addItem({ command, category })
    );
    launcher?.add({
      command: CommandIDs.open,
      args: { isLauncher: true },
      category: trans.__('Other'),
      rank: 0
    });
    const restore = (kind: PanelKind, command: string): void => {
      void restorer?.restore(panels.trackers[kind], {
        command,
        args: ({ slug, workspace }) => ({
          dataset: slug,
          workspace,
          activate: false
        }),
        name: panel => panel.workspace
      });
    };
    restore('grid', CommandIDs.openGrid);
    restore('sample', CommandIDs.openSample);
  }
};
