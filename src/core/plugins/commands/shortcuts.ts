/** Keys known by their character, and the list of all keys in a dialog. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIDs } from '../../tokens';
import { NO_ARGS } from './args';
import { ICore } from '../core';
import { reportFailure } from '../failure';

/**
 * Characters by their keys on a US keyboard, as Lab's shortcuts know them; on other keyboards they
 * lie elsewhere, often with Shift.
 */
const KEYS: Record<string, string | undefined> = { '?': 'Shift /', '/': '/' };

/**
 * The shortcut that a character typed in one of our panels means: the one the user has for its key
 * on a US keyboard. What is being written stays text.
 */
function shortcutOf(
  event: KeyboardEvent,
  commands: CommandRegistry
): CommandRegistry.IKeyBinding | undefined {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  const isTyping =
    !(target instanceof HTMLElement) ||
    target.matches(':read-write, select') ||
    target.closest('.vl-panel') === null;
  return isTyping || event.defaultPrevented || ctrlKey || metaKey || altKey
    ? undefined
    : commands.keyBindings.find(
        ({ keys, selector }) =>
          keys.length === 1 &&
          keys[0] === KEYS[key] &&
          selector.includes('.vl-panel')
      );
}

export const shortcutsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:shortcuts',
  description: 'Adds keyboard shortcuts.',
  requires: [ICore],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore) => {
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
    core.offer(command);
    document.addEventListener('keydown', event => {
      const typed = shortcutOf(event, commands);
      if (typed !== undefined) {
        event.preventDefault();
        void commands.execute(typed.command, typed.args);
      }
    });
  }
};
