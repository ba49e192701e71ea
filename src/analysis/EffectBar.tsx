import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IEffect, IFinding } from './client';
import { describeEffect, isShare } from './findingText';

/** The largest value that the bars of these findings show, so that they can be compared. */
export function scaleOf(findings: readonly IFinding[]): number {
  const tops = findings.flatMap(({ confirmation }) => [
    confirmation.rate ?? 0,
    (confirmation.rest ?? 0) + (confirmation.high ?? 0)
  ]);
  const top = Math.max(...tops, 0);
  const step = 10 ** Math.floor(Math.log10(top || 1));
  const round = Math.ceil((1.05 * top) / step) * step || 1;
  return findings.every(isShare) ? Math.min(round, 1) : round;
}

/** The rate inside with its interval, and a line at the rate of the rest. */
export function EffectBar(props: {
  effect: IEffect;
  finding: Pick<IFinding, 'target' | 'error' | 'level'>;
  /** Value at the right end. */
  scale: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { effect, finding, scale, trans } = props;
  const { rate, rest, low, high } = effect;
  const at = (value: number): string =>
    `${(100 * Math.min(Math.max(value / scale, 0), 1)).toFixed(2)}%`;
  const text = describeEffect(effect, finding, trans);
  return (
    <svg className="vl-effect-bar" role="img" aria-label={text}>
      <title>{text}</title>
      <rect className="vl-effect-track" width="100%" height="100%" />
      {rest !== null && low !== null && high !== null && (
        <line
          className="vl-effect-interval"
          x1={at(rest + low)}
          x2={at(rest + high)}
          y1="50%"
          y2="50%"
        />
      )}
      {rest !== null && (
        <line
          className="vl-effect-rest"
          x1={at(rest)}
          x2={at(rest)}
          y1="10%"
          y2="90%"
        />
      )}
      {rate !== null && (
        <line
          className="vl-effect-rate"
          x1={at(rate)}
          x2={at(rate)}
          y1="0"
          y2="100%"
        />
      )}
    </svg>
  );
}
