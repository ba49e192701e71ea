/** What the analyst can be asked for. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import type { IAnalysisJobs, Target } from './client';
import type { IViewSpec, Level } from '../core/client/types';

/** What a command asks of the panel. */
export interface IGoal {
  /** Whose errors; without it those of the one that the panel shows. */
  readonly evaluation?: string;
  readonly target?: Target;
  /** Whether to begin at once. */
  readonly run?: boolean;
}

/** Goals on their way to the panel, which may still have to be loaded. */
export interface IGoals {
  readonly changed: ISignal<unknown, void>;
  /** The goal that nobody has taken yet. */
  take(): IGoal | null;
}

/** What the form holds. */
export interface IGoalValues {
  readonly question: string;
  /** Null: every target that the evaluation has. */
  readonly target: Target | null;
  /** Null: objects, and images where that says more. */
  readonly level: Level | null;
  readonly depth: number;
  /** Only the images of the view. */
  readonly ofView: boolean;
  /** Whether a language model takes part, where one is set up. */
  readonly explained: boolean;
}

export const NO_GOAL: IGoalValues = {
  question: '',
  target: null,
  level: null,
  depth: 2,
  ofView: false,
  explained: true
};

export interface IExample {
  readonly label: string;
  readonly question: string;
  readonly target: Target;
}

/** Questions with the target that answers them. */
export function examples(run: string, trans: TranslationBundle): IExample[] {
  return [
    {
      label: trans.__('Misses'),
      question: trans.__('Where does %1 miss objects?', run),
      target: 'miss_rate'
    },
    {
      label: trans.__('False alarms'),
      question: trans.__('Where does %1 see what is not there?', run),
      target: 'false_positive_rate'
    },
    {
      label: trans.__('Error types'),
      question: trans.__('Which errors share a cause?'),
      target: 'error_type'
    },
    {
      label: trans.__('Confidence'),
      question: trans.__('Where is its confidence off?'),
      target: 'confidence_gap'
    },
    {
      label: trans.__('Label errors'),
      question: trans.__('Which labels are likely wrong?'),
      target: 'label_error'
    }
  ];
}

/** The request of a slice discovery. */
export function analyseRequest(
  { target, level, depth, ofView }: IGoalValues,
  evaluation: string,
  view: IViewSpec
): IAnalysisJobs['analyse'] {
  return {
    evaluation,
    target,
    level,
    depth,
    view: ofView ? { ...view, outcomes: null } : null
  };
}

/** The request of an agent that finds by statistics and explains in words. */
export function agentRequest(
  { question, target, ofView }: IGoalValues,
  evaluation: string,
  view: IViewSpec
): IAnalysisJobs['agent'] {
  return {
    agent: target === 'error_type' ? 'error_patterns' : 'blind_spots',
    question,
    evaluation,
    view: ofView ? { ...view, outcomes: null } : null
  };
}
