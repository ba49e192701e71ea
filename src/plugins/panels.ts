/** The tabs of the main area, the panels of each workspace: their commands, their return with the layout. */
import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { CommandIDs, IWorkspaces, NAMESPACE } from '../tokens';
import { PANEL_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';
import {
  duplicatesIcon,
  evaluationIcon,
  gridIcon,
  lensIcon,
  mapIcon,
  sampleIcon
} from './icons';
import type { IPanelArgs, Panels, Trackers } from './openPanels';
import type { PanelKind } from './workspacePanel';

export const panelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:panels',
  description: 'Opens grid, map, sample, duplicates and evaluation panels.',
  requires: [ICore, IWorkspaces],
  optional: [ILauncher, ILayoutRestorer, ILabShell],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    lab: ILabShell | null
  ) => {
    const { trans, commands } = core;
    const trackers: Trackers = {
      grid: new WidgetTracker({ namespace: `${NAMESPACE}-grid` }),
      duplicates: new WidgetTracker({ namespace: `${NAMESPACE}-duplicates` }),
      evaluation: new WidgetTracker({ namespace: `${NAMESPACE}-evaluation` }),
      map: new WidgetTracker({ namespace: `${NAMESPACE}-map` }),
      sample: new WidgetTracker({ namespace: `${NAMESPACE}-sample` })
    };
    for (const tracker of Object.values(trackers)) {
      tracker.currentChanged.connect((_, panel) => {
        if (panel) {
          workspaces.activate(panel.workspace);
        }
      });
    }
    let panels: Panels | null = null;
    const open = async (kind: PanelKind, args: IPanelArgs): Promise<void> => {
      const { Panels } = await import('./openPanels');
      panels ??= new Panels(app, core, workspaces, trackers, lab);
      await panels.open(kind, args);
    };

    const openPanel = (kind: PanelKind) => (args: IPanelArgs) =>
      open(kind, args).catch(reportFailure);
    commands.addCommand(CommandIDs.openGrid, {
      label: trans.__('Open Grid'),
      caption: trans.__('The images of the current dataset as a grid'),
      icon: gridIcon,
      describedBy: PANEL_ARGS,
      execute: openPanel('grid')
    });
    commands.addCommand(CommandIDs.openMap, {
      label: trans.__('Open Map'),
      caption: trans.__('What is alike lies side by side'),
      icon: mapIcon,
      describedBy: PANEL_ARGS,
      isEnabled: args =>
        workspaces.current !== null || args.dataset !== undefined,
      execute: openPanel('map')
    });
    commands.addCommand(CommandIDs.openDuplicates, {
      label: trans.__('Review Duplicates'),
      caption: trans.__('Images that are there more than once'),
      icon: duplicatesIcon,
      describedBy: PANEL_ARGS,
      isEnabled: args =>
        workspaces.current !== null || args.dataset !== undefined,
      execute: openPanel('duplicates')
    });
    commands.addCommand(CommandIDs.openEvaluation, {
      label: trans.__('Open Evaluation'),
      caption: trans.__('Where a model is wrong, and how often'),
      icon: evaluationIcon,
      describedBy: PANEL_ARGS,
      isEnabled: args =>
        workspaces.current !== null || args.dataset !== undefined,
      execute: openPanel('evaluation')
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
        await open('grid', args);
        return commands.execute(CommandIDs.showFilters);
      }
    });

    workspaces.currentChanged.connect(() => {
      commands.notifyCommandChanged(CommandIDs.openSample);
      commands.notifyCommandChanged(CommandIDs.openMap);
      commands.notifyCommandChanged(CommandIDs.openDuplicates);
      commands.notifyCommandChanged(CommandIDs.openEvaluation);
    });
    core.offer(
      CommandIDs.open,
      CommandIDs.openGrid,
      CommandIDs.openMap,
      CommandIDs.openDuplicates,
      CommandIDs.openEvaluation,
      CommandIDs.openSample
    );
    launcher?.add({
      command: CommandIDs.open,
      args: { isLauncher: true },
      category: trans.__('Other'),
      rank: 0
    });
    const restore = (kind: PanelKind, command: string): void => {
      void restorer?.restore(trackers[kind], {
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
    restore('map', CommandIDs.openMap);
    restore('duplicates', CommandIDs.openDuplicates);
    restore('evaluation', CommandIDs.openEvaluation);
    restore('sample', CommandIDs.openSample);
  }
};
