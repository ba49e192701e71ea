/** Which sections are folded: a habit of the person, kept by the browser. */
import * as React from 'react';
import { readStored, writeStored } from '../../components/storedSet';

const KEY = 'visionlens:folded-facets';

/** The folded fields and a function that folds or unfolds one. */
export function useCollapsed(): [ReadonlySet<string>, (field: string) => void] {
  const [folded, setFolded] = React.useState<ReadonlySet<string>>(() =>
    readStored(KEY)
  );
  const toggle = React.useCallback((field: string) => {
    setFolded(old => {
      const next = new Set(old);
      if (!next.delete(field)) {
        next.add(field);
      }
      writeStored(KEY, next);
      return next;
    });
  }, []);
  return [folded, toggle];
}
