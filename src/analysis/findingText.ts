/** What targets, halves and states are called, and how their figures are written. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEffect, IFinding, IUnconfirmed, Target } from './client';
import { formatCount, formatNumber } from '../core/components/format';
import {
  errorMeaning,
  errorName,
  formatShare
} from '../core/outcomes/outcomes';

export const TARGETS: readonly Target[] = [
  'miss_rate',
  'false_positive_rate',
  'error_type',
  'confidence_gap',
  'label_error'
];

type Measure = Pick<IFinding, 'target' | 'error' | 'level'>;

export function targetName(target: Target, trans: TranslationBundle): string {
  const names: Record<Target, string> = {
    miss_rate: trans.__('miss rate'),
    false_positive_rate: trans.__('false positive rate'),
    error_type: trans.__('error types'),
    confidence_gap: trans.__('confidence gap'),
    label_error: trans.__('label error score')
  };
  return names[target];
}

/** What a finding has more of: `miss rate`, `localisation errors`, `misses an image`. */
export function measureName(
  measure: Measure,
  trans: TranslationBundle
): string {
  const { target, error, level } = measure;
  const isOfImages = level === 'samples';
  if (target === 'error_type' && error) {
    const name = errorName(error, trans);
    return isOfImages
      ? trans.__('errors an image: %1', name)
      : trans.__('errors: %1', name);
  }
  const name = targetName(target, trans);
  return isOfImages ? trans.__('%1, of images', name) : name;
}

/** What a failing unit is. */
export function failureText(
  measure: Measure,
  trans: TranslationBundle
): string {
  const { target, error } = measure;
  const texts: Record<Target, string> = {
    miss_rate: trans.__('missed'),
    false_positive_rate: trans.__('found where it is not'),
    error_type: error ? errorMeaning(error, trans) : trans.__('an error'),
    confidence_gap: trans.__('its confidence is off'),
    label_error: trans.__('its label is likely wrong')
  };
  return texts[target];
}

/** What is counted: `objects`, `predictions`, `images`. */
export function unitsText(
  count: number,
  { target, level }: Measure,
  trans: TranslationBundle
): string {
  const text = formatCount(count);
  if (level === 'samples') {
    return trans._n('%2 image', '%2 images', count, text);
  }
  return target === 'false_positive_rate' || target === 'confidence_gap'
    ? trans._n('%2 prediction', '%2 predictions', count, text)
    : trans._n('%2 object', '%2 objects', count, text);
}

/** Whether its rates are shares of units, rather than means of a value. */
export function isShare({ target, level }: Measure): boolean {
  return (
    level === 'annotations' &&
    target !== 'confidence_gap' &&
    target !== 'label_error'
  );
}

/** `52%`, `4.2%`, or a mean as `1.31`. */
export function rateText(value: number | null, measure: Measure): string {
  if (value === null) {
    return '–';
  }
  return isShare(measure) ? percent(value) : formatNumber(roundTo(value, 3));
}

/** `+34 points`, `−.12`. */
export function differenceText(
  value: number | null,
  measure: Measure,
  trans: TranslationBundle
): string {
  if (value === null) {
    return '–';
  }
  const sign = value < 0 ? '−' : '+';
  const size = Math.abs(value);
  return isShare(measure)
    ? trans.__('%1%2 points', sign, pointsText(size))
    : `${sign}${formatNumber(roundTo(size, 3))}`;
}

/** `p < .001`, `p = .021`. */
export function pText(p: number | null): string {
  if (p === null) {
    return '–';
  }
  return p < 0.001 ? 'p < .001' : `p = ${formatShare(p, p < 0.01 ? 3 : 2)}`;
}

/** One half in a sentence, for the bar's tooltip and for those who do not see it. */
export function describeEffect(
  effect: IEffect,
  measure: Measure,
  trans: TranslationBundle
): string {
  return trans.__(
    '%1 of %2, %3 of the rest; difference %4, 95% interval %5 to %6; %7',
    rateText(effect.rate, measure),
    unitsText(effect.units, measure, trans),
    rateText(effect.rest, measure),
    differenceText(effect.difference, measure, trans),
    differenceText(effect.low, measure, trans),
    differenceText(effect.high, measure, trans),
    pText(effect.p_adjusted ?? effect.p)
  );
}

/** Why a pattern is no finding. */
export function reasonText(
  reason: IUnconfirmed['reason'],
  trans: TranslationBundle
): string {
  const texts: Record<IUnconfirmed['reason'], string> = {
    'not confirmed': trans.__('does not hold on the held-out half'),
    explained: trans.__('nothing is left of it given a finding'),
    covered: trans.__('part of a finding'),
    repeated: trans.__('said by another finding already'),
    weak: trans.__(
      'beyond the findings too little to be sure among so many patterns'
    )
  };
  return texts[reason];
}

function percent(share: number): string {
  return `${pointsText(share)}%`;
}

function pointsText(share: number): string {
  const points = 100 * share;
  return points >= 9.95 || points === 0
    ? `${Math.round(points)}`
    : points.toFixed(1);
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
