/** The confidence from which predictions count. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IEvaluationDetail } from '../client';
import type { IWorkspaceModel } from '../../core/workspace/types';

/** While it moves, the view follows so much later (milliseconds). */
const PAUSE_MS = 150;

/** The threshold and its setter; a view narrowed by this evaluation follows it, and it that view. */
export function useThreshold(
  model: IWorkspaceModel,
  detail: IEvaluationDetail | null
): readonly [number | null, (confidence: number) => void] {
  const kept = useStore(model.store, state => state.view.outcomes ?? null);
  const [chosen, setChosen] = React.useState<number | null>(null);
  const timer = React.useRef<ReturnType<typeof setTimeout>>();
  const name = detail?.evaluation ?? null;
  const own = detail?.operating_point.confidence ?? null;
  const ofView = kept?.evaluation === name ? kept?.confidence : undefined;

  React.useEffect(() => setChosen(null), [name]);
  // An undo, a saved view or a link brings its threshold along.
  React.useEffect(() => {
    if (ofView !== undefined) {
      setChosen(ofView ?? null);
    }
  }, [ofView]);
  React.useEffect(() => () => clearTimeout(timer.current), [name]);

  const set = React.useCallback(
    (confidence: number): void => {
      setChosen(confidence);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const { outcomes } = model.store.getState().view;
        // Two runs are compared at their own thresholds, wherever the slider is.
        if (outcomes?.evaluation === name && !outcomes.against) {
          model.setOutcomes({ ...outcomes, confidence }, 'threshold');
        }
      }, PAUSE_MS);
    },
    [model, name]
  );
  return [chosen ?? own, set];
}
