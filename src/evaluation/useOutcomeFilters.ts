/** Filters behind the figures of the panel: a click makes what a figure counts the view. */
import { JSONExt, type ReadonlyPartialJSONValue } from '@lumino/coreutils';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IOutcomeFilter } from '../core/client/types';
import { outcomeFilter } from '../core/outcomes/outcomes';
import type { IWorkspaceModel } from '../core/workspace/types';

export type Part = Partial<Omit<IOutcomeFilter, 'evaluation' | 'confidence'>>;

export interface IOutcomeFilters {
  /**
   * Make it what the view keeps; what it keeps already is let go of. `at`: at another threshold.
   */
  show(part: Part, at?: number): void;
  isShown(part: Part): boolean;
}

export function useOutcomeFilters(
  model: IWorkspaceModel,
  evaluation: string | null,
  confidence: number | null
): IOutcomeFilters {
  const kept = useStore(model.store, state => state.view.outcomes ?? null);
  return React.useMemo(() => {
    const isShown = (part: Part): boolean =>
      kept !== null &&
      evaluation !== null &&
      same(kept, outcomeFilter(evaluation, kept.confidence ?? null, part));
    return {
      isShown,
      show: (part, at) => {
        if (evaluation !== null) {
          const isOpen =
            isShown(part) && (at === undefined || kept?.confidence === at);
          model.setOutcomes(
            isOpen ? null : outcomeFilter(evaluation, at ?? confidence, part)
          );
        }
      }
    };
  }, [model, kept, evaluation, confidence]);
}

function same(one: IOutcomeFilter, other: IOutcomeFilter): boolean {
  return JSONExt.deepEqual(
    one as unknown as ReadonlyPartialJSONValue,
    other as unknown as ReadonlyPartialJSONValue
  );
}
