import * as React from 'react';
import type { IClient } from '../core/client/context';
import { typedParts } from './paths';

const DEBOUNCE_MS = 200;
const MOST = 12;
const NONE: readonly string[] = [];

/** How a typed path may go on; null: nobody is typing. What cannot be listed has no completions. */
export function useCompletions(
  client: IClient,
  typed: string | null
): readonly string[] {
  const parts = typed === null ? null : typedParts(typed);
  const folder = parts?.folder ?? null;
  const [listed, setListed] = React.useState<{
    folder: string;
    names: readonly string[];
  } | null>(null);

  React.useEffect(() => {
    if (folder === null) {
      return;
    }
    let mounted = true;
    const timer = setTimeout(() => {
      client.folder(folder || null).then(
        ({ entries }) => {
          const names = entries.map(
            ({ name, kind }) => `${name}${kind === 'folder' ? '/' : ''}`
          );
          if (mounted) {
            setListed({ folder, names });
          }
        },
        () => mounted && setListed(null)
      );
    }, DEBOUNCE_MS);
    return () => {
      mounted = false;
      clearTimeout(timer);
    };
  }, [client, folder]);

  const start = parts?.start ?? '';
  return React.useMemo(() => {
    if (listed === null || listed.folder !== folder) {
      return NONE;
    }
    return listed.names
      .filter(
        name =>
          name.toLowerCase().startsWith(start.toLowerCase()) && name !== start
      )
      .slice(0, MOST)
      .map(name => folder + name);
  }, [listed, folder, start]);
}
