import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

/** Whether a command would do anything now. */
export function useCommandEnabled(
  commands: CommandRegistry,
  id: string
): boolean {
  return React.useSyncExternalStore(
    React.useCallback(
      changed => {
        commands.commandChanged.connect(changed);
        return () => void commands.commandChanged.disconnect(changed);
      },
      [commands]
    ),
    () => commands.hasCommand(id) && commands.isEnabled(id)
  );
}
