/** What encoded queries say: a view knows them by their keys only. */
const KEY = 'visionlens:queries';
const KEPT = 200;

/** What a query was made from. */
export interface ILabel {
  readonly text: string;
  readonly isImage: boolean;
}

function read(): [string, ILabel][] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown;
    return Array.isArray(kept) ? (kept as [string, ILabel][]) : [];
  } catch {
    return [];
  }
}

/** The label of a query made in this browser; null: it was made elsewhere. */
export function labelOf(query: string): ILabel | null {
  return read().find(([key]) => key === query)?.[1] ?? null;
}

export function keepLabel(query: string, label: ILabel): void {
  const others = read().filter(([key]) => key !== query);
  try {
    localStorage.setItem(
      KEY,
      JSON.stringify([...others, [query, label]].slice(-KEPT))
    );
  } catch {
    // A full or forbidden storage: the query keeps its key for a name.
  }
}
