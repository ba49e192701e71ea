/** The analyst in the right sidebar, and the commands that ask it. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Signal } from '@lumino/signaling';
import type { IGoal } from './goals';
import { CommandIDs, IWorkspaces } from '../core/tokens';
import { GOAL_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { analystIcon } from '../core/plugins/icons';
import { addSidePanel } from '../core/plugins/panels/lazyPanel';

export const analystPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:analyst',
  description: 'Looks for what the errors of a model have in common.',
  requires: [ICore, IWorkspaces],
  optional: [ILayoutRestorer],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    restorer: ILayoutRestorer | null
  ) => {
    const { trans, commands } = core;
    core.addPart(
      'analysis',
      async transport =>
        new (await import('./client')).AnalysisClient(transport)
    );
    const changed = new Signal<object, void>(app);
    let goal: IGoal | null = null;
    const take = (): IGoal | null => {
      const taken = goal;
      goal = null;
      return taken;
    };
    const panel = addSidePanel(app, restorer, {
      trans,
      id: 'visionlens-analyst',
      caption: trans.__('VisionLens analyst'),
      icon: analystIcon,
      area: 'right',
      rank: 610,
      load: async () =>
        (await import('.')).createAnalystPanel(workspaces, core, {
          changed,
          take
        })
    });
    // Cards are read; Lab's own width for sidebars cuts them to a column of words.
    panel.node.style.minWidth = '320px';

    const add = (command: string, label: string, run: boolean): void => {
      commands.addCommand(command, {
        label,
        icon: analystIcon,
        describedBy: GOAL_ARGS,
        isEnabled: () => !run || workspaces.current !== null,
        execute: args => {
          goal = { ...args, run };
          if (args.here) {
            const shown = app.contextMenuHitTest(node => !!node.dataset.shown);
            goal = { evaluation: shown?.dataset.shown, run };
          }
          app.shell.activateById(panel.id);
          changed.emit();
        }
      });
      core.offer(command);
    };
    add(CommandIDs.showAnalyst, trans.__('Show Analyst'), false);
    add(CommandIDs.analyse, trans.__('Find Blind Spots'), true);
  }
};
