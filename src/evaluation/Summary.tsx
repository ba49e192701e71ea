import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICounts, IEvaluationDetail, IMetric } from './client';
import type { Outcome } from '../core/client/types';
import { formatCount } from '../core/components/format';
import { OutcomeMark } from '../core/outcomes/OutcomeMark';
import {
  formatConfidence,
  formatShare,
  outcomeName
} from '../core/outcomes/outcomes';
import { NumberButton } from './plots/PlotButton';
import type { IOutcomeFilters } from './useOutcomeFilters';

interface IProps {
  readonly detail: IEvaluationDetail;
  readonly counts: ICounts | null;
  readonly pending: boolean;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** The figures that come first. */
const FIRST = 3;

/** Metrics with their range and interval, then what the operating point counts. */
export function Summary(props: IProps): JSX.Element {
  const { detail, trans } = props;
  const [first, rest] = [
    detail.metrics.slice(0, FIRST),
    detail.metrics.slice(FIRST)
  ];
  return (
    <section className="vl-evaluation-summary" aria-label={trans.__('Summary')}>
      <dl className="vl-figures">
        {first.map(metric => (
          <MetricFigure key={metric.name} metric={metric} trans={trans} />
        ))}
        <CountFigures {...props} />
      </dl>
      {rest.length > 0 && (
        <details>
          <summary>
            {trans._n('%1 more metric', '%1 more metrics', rest.length)}
          </summary>
          <dl className="vl-figures vl-mod-small">
            {rest.map(metric => (
              <MetricFigure key={metric.name} metric={metric} trans={trans} />
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

/** What an interval says; null: there is none. */
export function interval(
  {
    low,
    high
  }: { readonly low?: number | null; readonly high?: number | null },
  digits = 3
): string | null {
  return typeof low === 'number' && typeof high === 'number'
    ? `${formatShare(low, digits)} – ${formatShare(high, digits)}`
    : null;
}

/** Marks what rests on too little. */
export function Unreliable({
  trans
}: {
  trans: TranslationBundle;
}): JSX.Element {
  const text = trans.__(
    'Not reliable: fewer than 100 groups of images, or fewer than 10 objects'
  );
  return (
    <span className="vl-unreliable" role="img" aria-label={text} title={text}>
      ⚠
    </span>
  );
}

function MetricFigure(props: {
  metric: IMetric;
  trans: TranslationBundle;
}): JSX.Element {
  const { metric, trans } = props;
  const between = interval(metric);
  return (
    <div className="vl-figure" data-metric={metric.name}>
      <dd>
        <span className="vl-figure-value">{formatShare(metric.value)}</span>
        {between && (
          <span
            className="vl-figure-interval"
            title={trans.__('95% interval over groups of images')}
          >
            {between}
          </span>
        )}
        {metric.reliable === false && <Unreliable trans={trans} />}
      </dd>
      <dt title={metric.name}>{metric.label}</dt>
    </div>
  );
}

function CountFigures(props: IProps): JSX.Element {
  const { detail, counts, pending, filters, trans } = props;
  const point = counts?.operating_point ?? detail.operating_point;
  const at = trans.__('at confidence ≥ %1', formatConfidence(point.confidence));
  const of: Record<Outcome, number | undefined> = {
    true_positive: counts?.true_positives,
    false_positive: counts?.false_positives,
    false_negative: counts?.false_negatives,
    ignored: counts?.ignored
  };
  const outcomes: Outcome[] = [
    'true_positive',
    'false_positive',
    'false_negative',
    ...(counts?.ignored ? (['ignored'] as const) : [])
  ];
  return (
    <>
      {outcomes.map(outcome => (
        <div
          key={outcome}
          className="vl-figure"
          data-outcome={outcome}
          aria-busy={pending}
        >
          <dd>
            <NumberButton
              className="vl-figure-value"
              title={trans.__(
                'Show the %1, %2',
                outcomeName(outcome, trans),
                at
              )}
              pressed={filters.isShown({ outcomes: [outcome] })}
              onOpen={() => filters.show({ outcomes: [outcome] })}
            >
              {of[outcome] === undefined ? '–' : formatCount(of[outcome])}
            </NumberButton>
          </dd>
          <dt>
            <OutcomeMark outcome={outcome} /> {outcomeName(outcome, trans)}
          </dt>
        </div>
      ))}
      {(['precision', 'recall', 'f1'] as const).map(name => (
        <div key={name} className="vl-figure" data-figure={name}>
          <dd>
            <span className="vl-figure-value">
              {formatShare(counts?.[name] ?? null)}
            </span>
          </dd>
          <dt title={at}>
            {
              {
                precision: trans.__('precision'),
                recall: trans.__('recall'),
                f1: trans.__('F1')
              }[name]
            }
          </dt>
        </div>
      ))}
    </>
  );
}
