import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICurves } from './client';
import { formatShare } from '../core/components/outcomes';
import { Door } from './Door';
import { across, down, Plot, shareTicks } from './Plot';
import type { IDoors } from './useDoors';

interface IProps {
  readonly curves: ICurves;
  readonly doors: IDoors;
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
export function Calibration({ curves, doors, trans }: IProps): JSX.Element {
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
          x1={across(0)}
          y1={down(0)}
          x2={across(1)}
          y2={down(1)}
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
            <Door
              key={i}
              first={i === 0}
              title={trans.__(
                'Confidence %1 – %2, %4 on average: %3 of them are right. Show them',
                formatShare(range[0], 2),
                formatShare(range[1], 2),
                formatShare(precision, 2),
                formatShare(mean, 2)
              )}
              pressed={doors.isShown(part)}
              onOpen={() => doors.show(part, 0)}
            >
              <line
                className="vl-calibration-gap"
                x1={across(mean)}
                x2={across(mean)}
                y1={down(mean)}
                y2={down(precision)}
              />
              <circle
                className="vl-calibration-point"
                cx={across(mean)}
                cy={down(precision)}
                r={5}
              />
            </Door>
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
