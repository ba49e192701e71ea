/** Plugins: their panel, and what they contribute as entries of menus. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { NO_ARGS, OPERATOR_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';
import { pluginsIcon } from '../core/plugins/icons';
import { addSidePanel } from '../core/plugins/panels/lazyPanel';
import { IPanels } from '../core/plugins/panels/panels';
import { CommandIDs, IWorkspaces } from '../core/tokens';
import type { IRunArgs, Plugins } from './plugins';

export const pluginsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:plugins',
  description: 'Shows and runs plugins.',
  requires: [ICore, IWorkspaces, IPanels],
  optional: [ILayoutRestorer, ICommandPalette],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    panels: IPanels,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { commands, trans } = core;
    let loaded: Promise<Plugins> | null = null;
    const load = (): Promise<Plugins> =>
      (loaded ??= import('./plugins').then(
        ({ Plugins }) => new Plugins(app, core, palette)
      ));
    core.jobs.kinds.set('operator', {
      showReport: async job => (await load()).showResult(job),
      notifyDone: async job => (await load()).notifyDone(job)
    });
    const panel = addSidePanel(app, restorer, {
      trans,
      id: 'visionlens-plugins',
      caption: trans.__('VisionLens plugins'),
      icon: pluginsIcon,
      area: 'right',
      rank: 611,
      load: async () => (await load()).createPanel()
    });
    const add = (
      command: string,
      label: string,
      describedBy: typeof NO_ARGS | typeof OPERATOR_ARGS,
      execute: (args: IRunArgs) => unknown
    ): void => {
      commands.addCommand(command, {
        label: args => (args.title as string) ?? label,
        icon: pluginsIcon,
        describedBy,
        isEnabled: () =>
          command === CommandIDs.showPlugins || workspaces.current !== null,
        execute: args => execute(args as unknown as IRunArgs)
      });
    };
    add(CommandIDs.showPlugins, trans.__('Show Plugins'), NO_ARGS, () =>
      app.shell.activateById(panel.id)
    );
    core.offer(CommandIDs.showPlugins);
    add(CommandIDs.runPlugin, trans.__('Run Plugin'), OPERATOR_ARGS, args =>
      load()
        .then(plugins => plugins.run(workspaces.current!, args))
        .catch(reportFailure)
    );
    panels.add({
      kind: 'plugin',
      command: CommandIDs.openPluginPanel,
      label: trans.__('Open Panel of a Plugin'),
      caption: '',
      icon: pluginsIcon,
      parts: true,
      title: (name, part) => `${part.split('/')[1]} — ${name}`,
      minimumWidth: 360,
      splitRight: true,
      load: async () => (await load()).createPluginPanel
    });
    // Without a dataset there is nothing to run them on.
    const start = (): void => {
      if (workspaces.current) {
        workspaces.currentChanged.disconnect(start);
        load()
          .then(plugins => plugins.follow())
          .catch(reportFailure);
      }
    };
    workspaces.currentChanged.connect(start);
  }
};
