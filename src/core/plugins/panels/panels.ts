/** The tabs of the main area, the panels of each workspace: their commands, their return with the layout. */
import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { Token } from '@lumino/coreutils';
import { CommandIDs, IWorkspaces, NAMESPACE } from '../../tokens';
import { PANEL_ARGS } from '../commands/args';
import { ICore } from '../core';
import { reportFailure } from '../failure';
import { gridIcon, lensIcon, sampleIcon } from '../icons';
import type { IPanelArgs, Panels } from './openPanels';
import type {
  BelowFactory,
  IPanelKinds,
  IPanelType,
  WorkspacePanel
} from './workspacePanel';

/** The kinds of panels that show a workspace; capabilities add theirs. */
export interface IPanels extends IPanelKinds {
  /** Add a kind, with its command. */
  add(type: IPanelType): void;
  /** Put something below each panel of a kind. */
  addBelow(kind: string, make: BelowFactory): void;
  /** Load the code of a kind that will be opened. */
  preload(kind: string): void;
}

export const IPanels = new Token<IPanels>(
  'visionlens-jlab:IPanels',
  'The kinds of panels that show a VisionLens workspace.'
);

export const panelsPlugin: JupyterFrontEndPlugin<IPanels> = {
  id: 'visionlens-jlab:panels',
  description: 'Opens the panels of workspaces.',
  requires: [ICore, IWorkspaces],
  optional: [ILauncher, ILayoutRestorer, ILabShell],
  provides: IPanels,
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    lab: ILabShell | null
  ): IPanels => {
    const { trans, commands } = core;
    const trackers = new Map<string, WidgetTracker<WorkspacePanel>>();
    const types: IPanelType[] = [];
    const below: [string, BelowFactory][] = [];
    let opening: Panels | null = null;
    const load = () => import('./openPanels');
    const open = async (type: IPanelType, args: IPanelArgs): Promise<void> => {
      const { Panels } = await load();
      opening ??= new Panels(app, core, workspaces, panels, lab);
      await opening.open(type, args);
    };
    const add = (type: IPanelType): void => {
      const { kind, command, label, caption, icon } = type;
      const tracker = new WidgetTracker<WorkspacePanel>({
        namespace: `${NAMESPACE}-${kind}`
      });
      trackers.set(kind, tracker);
      types.push(type);
      tracker.currentChanged.connect((_, panel) => {
        if (panel) {
          workspaces.activate(panel.workspace);
        }
      });
      commands.addCommand(command, {
        label: ({ title }) => (title as string) ?? label,
        caption,
        icon,
        describedBy: PANEL_ARGS,
        isEnabled: args =>
          kind === 'grid' ||
          workspaces.current !== null ||
          args.dataset !== undefined,
        execute: (args: IPanelArgs) => open(type, args).catch(reportFailure)
      });
      if (!type.parts) {
        core.offer(command);
      }
      void restorer?.restore(tracker, {
        command,
        args: ({ slug, workspace, part }) => ({
          dataset: slug,
          workspace,
          part,
          activate: false
        }),
        name: ({ workspace, part }) => workspace + part
      });
    };
    const panels: IPanels = {
      add,
      addBelow: (kind, make) => void below.push([kind, make]),
      below: kind => below.flatMap(([of, make]) => (of === kind ? make : [])),
      preload: kind => {
        const type = types.find(each => each.kind === kind);
        load().then(
          ({ preload }) => type && preload(type),
          () => undefined // told when it is opened
        );
      },
      tracker: kind => trackers.get(kind)!
    };
    const grid: IPanelType = {
      kind: 'grid',
      command: CommandIDs.openGrid,
      label: trans.__('Open Grid'),
      caption: trans.__('The images of the current dataset as a grid'),
      icon: gridIcon,
      title: name => trans.__('Grid — %1', name),
      minimumWidth: 360,
      load: async () => {
        const [{ createGridPanel }] = await Promise.all([
          import('../../grid'),
          core.slots.load('grid')
        ]);
        return createGridPanel;
      }
    };
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
        await open(grid, args);
        return commands.execute(CommandIDs.showFilters);
      }
    });
    core.offer(CommandIDs.open);
    add(grid);
    add({
      kind: 'sample',
      command: CommandIDs.openSample,
      label: trans.__('Open Sample'),
      caption: trans.__('One image in full resolution'),
      icon: sampleIcon,
      title: name => trans.__('Sample — %1', name),
      minimumWidth: 420,
      load: async () => (await import('../../sample')).createSamplePanel
    });
    launcher?.add({
      command: CommandIDs.open,
      args: { isLauncher: true },
      category: trans.__('Other'),
      rank: 0
    });
    return panels;
  }
};
