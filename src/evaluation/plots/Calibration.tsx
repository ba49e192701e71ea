import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICurves } from '../client';
import { formatShare } from '../../core/outcomes/outcomes';
import { PlotButton } from './PlotButton';
import { scaleX, scaleY, Plot, shareTicks } from './Plot';
import type { IOutcomeFilters } from '../useOutcomeFilters';

interface IProps {
  readonly curves: ICurves;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** Bins the predictions fall in by their confidence. */
export const BINS = 10;

/** The bin a mean confidence lies in. */
export function binOf(mean: number, bins = BINS): [number, number] {
  const i = Math.min(Math.floor(mean * bins + 1e-9), bins - 1);
  return [i / bins, (i + 1) / bins];
}

/** How often predictions of a confidence are right; on the diagonal they mean what they say. */
export function Calibration({ curves, filters, trans }: IProps): JSX.Element {
  const { calibration, ece, class_name: name } = curves;
  const classes = name === null ? [] : [name];
  return (
    <figure className="vl-curve-plot">
      <Plot
        label={trans.__('Calibration')}
        x={{ label: trans.__('mean confidence'), ticks: shareTicks() }}
        y={{ label: trans.__('precision'), ticks: shareTicks() }}
      >
        <line
          className="vl-plot-diagonal"
          x1={scaleX(0)}
          y1={scaleY(0)}
          x2={scaleX(1)}
          y2={scaleY(1)}
        />
        {calibration.x.map((mean, i) => {
          const range = binOf(mean);
          const precision = calibration.y[i];
          const part = {
            outcomes: ['true_positive', 'false_positive'] as (
              'true_positive' | 'false_positive'
            )[],
            classes,
            confidence_range: range
          };
          return (
            <PlotButton
              key={i}
              first={i === 0}
              title={trans.__(
                'Confidence %1 – %2, %4 on average: %3 of them are right. Show them',
                formatShare(range[0], 2),
                formatShare(range[1], 2),
                formatShare(precision, 2),
                formatShare(mean, 2)
              )}
              pressed={filters.isShown(part)}
              onOpen={() => filters.show(part, 0)}
            >
              <line
                className="vl-calibration-gap"
                x1={scaleX(mean)}
                x2={scaleX(mean)}
                y1={scaleY(mean)}
                y2={scaleY(precision)}
              />
              <circle
                className="vl-calibration-point"
                cx={scaleX(mean)}
                cy={scaleY(precision)}
                r={5}
              />
            </PlotButton>
          );
        })}
      </Plot>
      <figcaption className="vl-quiet">
        {ece === null
          ? trans.__('On the diagonal, confidence is as high as precision.')
          : trans.__(
              'Expected calibration error %1: how far confidence is from precision, on average.',
              formatShare(ece)
            )}
      </figcaption>
    </figure>
  );
}
