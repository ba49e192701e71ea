/** Keys known by their character, and the list of all keys in a dialog. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { CommandIDs } from '../tokens';
import { NO_ARGS } from './args';
import { ICore } from './core';
import { reportFailure } from './failure';

/**
 * Commands by the character typed. Lab's own shortcuts know keys by their place on a US keyboard;
 * on others these characters lie elsewhere, often with Shift.
 */
const CHARACTERS: Record<string, string | undefined> = {
  '?': CommandIDs.showShortcuts,
  '/': CommandIDs.search
};

/** The command that a key typed in one of our panels means; what is being written stays text. */
function commandOf(event: KeyboardEvent): string | undefined {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const isTyping =
    !(target instanceof HTMLElement) ||
    target.matches(':read-write, select') ||
    target.closest('.vl-panel') === null;
  return isTyping || event.defaultPrevented || ctrlKey || metaKey || altKey
    ? undefined
    : CHARACTERS[key];
}

export const shortcutsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:shortcuts',
  description: 'Keys of the VisionLens panels, and their list.',
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
    document.addEventListener('keydown', event => {
      const typed = commandOf(event);
      if (typed !== undefined) {
        event.preventDefault();
        void commands.execute(typed);
      }
    });
  }
};
