/** Going through examples one by one, each with a yes or a no. */
import * as React from 'react';

export type Verdict = boolean | 'skipped';

export interface IJudging {
  /** The example that is asked about; null: all were. */
  readonly current: number | null;
  readonly next: number | null;
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly canUndo: boolean;
  judge(verdict: Verdict): void;
  /** Take the last verdict back, and ask about its example again. */
  undo(): void;
}

/**
 * `ids` in the order they are asked about; those `known` were judged before. `onVerdict` is told
 * each yes and no, and null where one is taken back.
 */
export function useJudging(
  ids: readonly number[],
  known: ReadonlyMap<number, boolean>,
  onVerdict: (id: number, verdict: boolean | null) => void
): IJudging {
  const [own, setOwn] = React.useState<ReadonlyMap<number, Verdict>>(new Map());
  const verdicts = new Map<number, Verdict>(known);
  own.forEach((verdict, id) => verdicts.set(id, verdict));
  const [order, setOrder] = React.useState<readonly number[]>([]);
  const open = ids.filter(id => !verdicts.has(id));
  const current = open[0] ?? null;
  return {
    current,
    next: open[1] ?? null,
    verdicts,
    canUndo: order.length > 0,
    judge: verdict => {
      if (current !== null) {
        setOwn(new Map(own).set(current, verdict));
        setOrder([...order, current]);
        if (verdict !== 'skipped') {
          onVerdict(current, verdict);
        }
      }
    },
    undo: () => {
      const last = order[order.length - 1];
      if (last !== undefined) {
        const rest = new Map(own);
        const verdict = rest.get(last);
        rest.delete(last);
        setOwn(rest);
        setOrder(order.slice(0, -1));
        if (verdict !== 'skipped') {
          onVerdict(last, null);
        }
      }
    }
  };
}
