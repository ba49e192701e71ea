/** Outcomes of an evaluation: their looks, their names, and the filters that keep some of them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ErrorType,
  ICell,
  IOutcomeFilter,
  Outcome
} from '../client/types';
import { formatNumber } from '../components/format';

export const OUTCOMES: readonly Outcome[] = [
  'true_positive',
  'false_positive',
  'false_negative',
  'ignored'
];

/** Blue, orange and magenta stay apart for colour-blind eyes, on both themes and on photographs. */
const COLORS: Record<Outcome, string> = {
  true_positive: '#3f9bd8',
  false_positive: '#e58b3a',
  false_negative: '#cf63b0',
  ignored: '#8c959f'
};

/** The second cue beside the colour. */
const GLYPHS: Record<Outcome, string> = {
  true_positive: '✓',
  false_positive: '✕',
  false_negative: '○',
  ignored: '–'
};

export function isOutcome(value: unknown): value is Outcome {
  return OUTCOMES.includes(value as Outcome);
}

export function outcomeColor(outcome: Outcome): string {
  return COLORS[outcome];
}

export function outcomeGlyph(outcome: Outcome): string {
  return GLYPHS[outcome];
}

/** What the figures of one outcome are called. */
export function outcomeName(
  outcome: Outcome,
  trans: TranslationBundle
): string {
  const names: Record<Outcome, string> = {
    true_positive: trans.__('true positives'),
    false_positive: trans.__('false positives'),
    false_negative: trans.__('false negatives'),
    ignored: trans.__('ignored')
  };
  return names[outcome];
}

/** One annotation's outcome. */
export function outcomeLabel(
  outcome: Outcome,
  trans: TranslationBundle
): string {
  const labels: Record<Outcome, string> = {
    true_positive: trans.__('true positive'),
    false_positive: trans.__('false positive'),
    false_negative: trans.__('false negative'),
    ignored: trans.__('ignored')
  };
  return labels[outcome];
}

export function errorName(type: ErrorType, trans: TranslationBundle): string {
  const names: Record<ErrorType, string> = {
    classification: trans.__('classification'),
    localisation: trans.__('localisation'),
    both: trans.__('class and place'),
    duplicate: trans.__('duplicate'),
    background: trans.__('background'),
    missed: trans.__('missed')
  };
  return names[type];
}

/** What an error type means. */
export function errorMeaning(
  type: ErrorType,
  trans: TranslationBundle
): string {
  const meanings: Record<ErrorType, string> = {
    classification: trans.__('in the right place, of the wrong class'),
    localisation: trans.__('of the right class, too far off'),
    both: trans.__('of the wrong class and too far off'),
    duplicate: trans.__('of an object that a better prediction has found'),
    background: trans.__('where nothing is labelled'),
    missed: trans.__('labels that no prediction is near')
  };
  return meanings[type];
}

/** A filter of an evaluation's outcomes; what is left out does not narrow. */
export function outcomeFilter(
  evaluation: string,
  confidence: number | null,
  part: Partial<IOutcomeFilter> = {}
): IOutcomeFilter {
  return {
    evaluation,
    confidence,
    outcomes: [],
    classes: [],
    cell: null,
    errors: [],
    confidence_range: null,
    iou_range: null,
    area_range: null,
    against: null,
    change: null,
    ...part
  };
}

/** A share without its leading zero: `.382`, `1.00`, `–` where it is undefined. */
export function formatShare(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) {
    return '–';
  }
  const text = Math.abs(value).toFixed(digits);
  const short = text.startsWith('0.') ? text.slice(1) : text;
  const isZero = Number(text) === 0;
  return value < 0 && !isZero ? `−${short}` : short;
}

/** The threshold in so many digits as tell it from others: `.35`, `.3512`. */
export function formatConfidence(value: number): string {
  return formatShare(
    value,
    Math.abs(value * 100 - Math.round(value * 100)) < 1e-9 ? 2 : 4
  );
}

/** A cell of the confusion matrix in words. */
export function describeCell(cell: ICell, trans: TranslationBundle): string {
  const { true: label, predicted } = cell;
  if (label === null) {
    return trans.__('%1 where nothing is labelled', predicted);
  }
  if (predicted === null) {
    return trans.__('%1 not found', label);
  }
  return label === predicted
    ? trans.__('%1 found as %1', label)
    : trans.__('%1 taken for %2', label, predicted);
}

function range(name: string, [low, high]: readonly number[]): string {
  return `${name} ${formatNumber(low)} – ${formatNumber(high)}`;
}

/** What a filter keeps, in a few words: `car taken for bus`, `false positives of bus`. */
export function describeKept(
  filter: IOutcomeFilter,
  trans: TranslationBundle
): string {
  const parts: string[] = [];
  if (filter.cell) {
    parts.push(describeCell(filter.cell, trans));
  }
  if (filter.outcomes?.length) {
    parts.push(
      filter.outcomes.map(each => outcomeName(each, trans)).join(', ')
    );
  }
  if (filter.errors?.length) {
    parts.push(
      trans.__(
        '%1 errors',
        filter.errors.map(each => errorName(each, trans)).join(', ')
      )
    );
  }
  if (filter.classes?.length) {
    parts.push(trans.__('of %1', filter.classes.join(', ')));
  }
  if (filter.confidence_range) {
    parts.push(range(trans.__('confidence'), filter.confidence_range));
  }
  if (filter.iou_range) {
    parts.push(range(trans.__('IoU'), filter.iou_range));
  }
  if (filter.area_range) {
    parts.push(range(trans.__('area'), filter.area_range));
  }
  if (filter.against && filter.change) {
    const texts = {
      better: trans.__('images that %1 does better', filter.against),
      worse: trans.__('images that %1 does worse', filter.against),
      equal: trans.__('images with as many errors of %1', filter.against)
    };
    parts.push(texts[filter.change]);
  }
  return parts.length > 0 ? parts.join(', ') : trans.__('everything evaluated');
}

/** With the evaluation and the threshold: what the chip of a view says. */
export function describeOutcomes(
  filter: IOutcomeFilter,
  trans: TranslationBundle
): string {
  const kept = describeKept(filter, trans);
  const { evaluation, confidence } = filter;
  return typeof confidence === 'number'
    ? trans.__(
        '%1 (%2, confidence ≥ %3)',
        kept,
        evaluation,
        formatConfidence(confidence)
      )
    : trans.__('%1 (%2)', kept, evaluation);
}
