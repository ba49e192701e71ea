/** The list of keys, in a dialog. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { CommandIDs } from '../tokens';
import { NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';

export const shortcutsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:shortcuts',
  description: 'Lists the keys of the VisionLens panels.',
  requires: [ICore],
  optional: [ICommandPalette],
  autoStart: true,
  activate: (
    _: JupyterFrontEnd,
    core: ICore,
    palette: ICommandPalette | null
  ) => {
    const { commands, trans } = core;
    const command = CommandIDs.showShortcuts;
    commands.addCommand(command, {
      label: trans.__('Show Keyboard Shortcuts'),
      describedBy: NO_ARGS,
      execute: () =>
        import('./shortcutsDialog')
          .then(({ showShortcuts }) => showShortcuts(trans))
          .catch(reportFailure)
    });
    palette?.addItem({ command, category: trans.__('VisionLens') });
  }
};
