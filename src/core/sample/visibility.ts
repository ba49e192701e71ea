/** Which annotations the sample panel draws: classes and sources can be switched off. */
import * as React from 'react';
import type { IAnnotation } from '../client/types';

export type LegendKind = 'class' | 'source' | 'outcome';

export interface ILegendEntry {
  /** Class, outcome (null: none) or source. */
  readonly name: string | null;
  readonly count: number;
}

export interface IVisibility {
  readonly isHidden: (kind: LegendKind, name: string | null) => boolean;
  readonly toggle: (kind: LegendKind, name: string | null) => void;
}

/** Names of a kind with their counts, most frequent first. */
export function legend(
  annotations: readonly IAnnotation[],
  kind: LegendKind
): ILegendEntry[] {
  const counts = new Map<string | null, number>();
  for (const annotation of annotations) {
    const name = annotation[kind] ?? null;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count);
}

/** What is switched off stays so from sample to sample. */
export function useVisibility(): IVisibility {
  const [hidden, setHidden] = React.useState<ReadonlySet<string>>(new Set());
  return React.useMemo(() => {
    const key = (kind: LegendKind, name: string | null): string =>
      JSON.stringify([kind, name]);
    return {
      isHidden: (kind, name) => hidden.has(key(kind, name)),
      toggle: (kind, name) =>
        setHidden(old => {
          const next = new Set(old);
          if (!next.delete(key(kind, name))) {
            next.add(key(kind, name));
          }
          return next;
        })
    };
  }, [hidden]);
}
