/** Commands on the current workspace, for palette, menus and shortcuts. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { CommandIDs, IWorkspaces } from '../../tokens';
import type { IWorkspaceModel, IWorkspaceState } from '../../workspace/types';
import { NO_ARGS, TAG_ARGS } from './args';
import { ICore } from '../core';
import { reportFailure } from '../failure';

interface IAction {
  readonly id: string;
  readonly label: string;
  /** Whether it would do anything; missing: whenever a workspace is open. */
  readonly enabled?: (state: IWorkspaceState) => boolean;
  readonly toggled?: (state: IWorkspaceState) => boolean;
  readonly run: (model: IWorkspaceModel, args: { tag?: string }) => unknown;
}

function actions(core: ICore): IAction[] {
  const { trans } = core;
  const hasSelection = (state: IWorkspaceState): boolean =>
    state.selection.ids.size > 0;
  return [
    {
      id: CommandIDs.selectAll,
      label: trans.__('Select All in View'),
      enabled: state => state.ids.length > 0,
      run: model => model.selectAll()
    },
    {
      id: CommandIDs.clearSelection,
      label: trans.__('Clear Selection'),
      enabled: hasSelection,
      run: model => model.clearSelection()
    },
    {
      id: CommandIDs.clearFilters,
      label: trans.__('Clear Filters'),
      enabled: ({ view }) =>
        view.filter !== null ||
        !!(view.where || view.sql || view.search || view.outcomes),
      run: model => model.clearFilters()
    },
    {
      id: CommandIDs.undo,
      label: trans.__('Undo View Change'),
      enabled: state => state.past.length > 0,
      run: model => model.undo()
    },
    {
      id: CommandIDs.redo,
      label: trans.__('Redo View Change'),
      enabled: state => state.future.length > 0,
      run: model => model.redo()
    },
    {
      id: CommandIDs.tag,
      label: trans.__('Tag Selection…'),
      enabled: hasSelection,
      run: async (model, args) =>
        (await import('./tagSelection')).tagSelection(model, trans, args.tag)
    },
    {
      id: CommandIDs.levelSamples,
      label: trans.__('Show Samples'),
      toggled: state => state.view.level === 'samples',
      run: model => model.setLevel('samples')
    },
    {
      id: CommandIDs.levelAnnotations,
      label: trans.__('Show Annotations'),
      toggled: state => state.view.level === 'annotations',
      run: model => model.setLevel('annotations')
    },
    {
      id: CommandIDs.refresh,
      label: trans.__('Refresh'),
      run: model => model.refresh()
    }
  ];
}

export const actionsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:actions',
  description: 'Commands on the current VisionLens workspace.',
  requires: [ICore, IWorkspaces],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, workspaces: IWorkspaces) => {
    const { commands, trans } = core;
    const holds = (test: (state: IWorkspaceState) => boolean): boolean =>
      workspaces.current !== null && test(workspaces.current.store.getState());

    for (const { id, label, enabled, toggled, run } of actions(core)) {
      commands.addCommand(id, {
        label,
        describedBy: id === CommandIDs.tag ? TAG_ARGS : NO_ARGS,
        isEnabled: () => holds(enabled ?? (() => true)),
        isToggled: toggled && (() => holds(toggled)),
        isToggleable: toggled !== undefined,
        execute: async args => {
          const model = workspaces.current;
          try {
            await (model && run(model, args));
          } catch (reason) {
            reportFailure(reason);
          }
        }
      });
      core.offer(id);
    }
    commands.addCommand(CommandIDs.toggleOverlays, {
      label: trans.__('Draw Annotations'),
      describedBy: NO_ARGS,
      isToggleable: true,
      isToggled: () => core.settings.get().overlays,
      execute: () =>
        core.settings.set({ overlays: !core.settings.get().overlays })
    });
    core.offer(CommandIDs.toggleOverlays);
    // Every command of ours may be about the current workspace.
    workspaces.currentChanged.connect(() => commands.notifyCommandChanged());
  }
};
