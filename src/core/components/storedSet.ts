/** Sets of names that the browser keeps: habits of the person, not data. */

export function readStored(key: string): Set<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return new Set(
      Array.isArray(stored) ? stored.filter(x => typeof x === 'string') : []
    );
  } catch {
    return new Set();
  }
}

export function writeStored(key: string, names: ReadonlySet<string>): void {
  try {
    localStorage.setItem(key, JSON.stringify([...names]));
  } catch {
    // A browser that keeps nothing still knows them as long as the page lives.
  }
}
