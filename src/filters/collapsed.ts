/** Which sections are folded: a habit of the person, kept by the browser. */
import * as React from 'react';

const KEY = 'visionlens:folded-facets';

function read(): Set<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(
      Array.isArray(stored) ? stored.filter(x => typeof x === 'string') : []
    );
  } catch {
    return new Set();
  }
}

function write(folded: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...folded]));
  } catch {
    // A browser that keeps nothing still folds for this page.
  }
}

/** The folded fields and a function that folds or unfolds one. */
export function useCollapsed(): [ReadonlySet<string>, (field: string) => void] {
  const [folded, setFolded] = React.useState<ReadonlySet<string>>(read);
  const toggle = React.useCallback((field: string) => {
    setFolded(old => {
      const next = new Set(old);
      if (!next.delete(field)) {
        next.add(field);
      }
      write(next);
      return next;
    });
  }, []);
  return [folded, toggle];
}
