import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICurves, IHistogramBin } from '../client';
import type { Outcome } from '../../core/client/types';
import { formatCount, formatNumber } from '../../core/components/format';
import {
  formatConfidence,
  OUTCOMES,
  outcomeColor,
  outcomeName
} from '../../core/outcomes/outcomes';
import { ToggleButton } from '../../core/components/ToggleButton';
import { OutcomeMark } from '../../core/outcomes/OutcomeMark';
import { PlotButton } from './PlotButton';
import { scaleX, scaleY, HEIGHT, type IAxis, Plot } from './Plot';
import type { IOutcomeFilters, Part } from '../useOutcomeFilters';

interface IProps {
  readonly curves: ICurves;
  /** The threshold at which overlap and size are counted. */
  readonly at: number;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

type Measure = 'confidence' | 'iou' | 'area';

const MEASURES: readonly Measure[] = ['confidence', 'iou', 'area'];
const RANGES: Record<Measure, 'confidence_range' | 'iou_range' | 'area_range'> =
  {
    confidence: 'confidence_range',
    iou: 'iou_range',
    area: 'area_range'
  };

/** Counts by outcome over confidence, overlap and size; each bar shows what it counts. */
export function Histograms(props: IProps): JSX.Element {
  const { curves, at, filters, trans } = props;
  const [chosen, setChosen] = React.useState<Measure>('confidence');
  const there = MEASURES.filter(each => curves.histograms[each]?.length > 0);
  const measure = there.includes(chosen) ? chosen : there[0];
  if (measure === undefined) {
    return <p className="vl-quiet">{trans.__('Nothing was counted.')}</p>;
  }
  const names: Record<Measure, string> = {
    confidence: trans.__('Confidence'),
    iou: trans.__('IoU'),
    area: trans.__('Size')
  };
  const bins = curves.histograms[measure];
  const outcomes = OUTCOMES.filter(outcome =>
    bins.some(({ counts }) => (counts[outcome] ?? 0) > 0)
  );
  return (
    <>
      <div className="vl-section-tools">
        <div
          className="vl-segments"
          role="group"
          aria-label={trans.__('What is counted over')}
        >
          {there.map(each => (
            <ToggleButton
              key={each}
              pressed={each === measure}
              title={trans.__('Outcomes by %1', names[each])}
              onToggle={() => setChosen(each)}
            >
              {names[each]}
            </ToggleButton>
          ))}
        </div>
        <ul className="vl-curve-names" aria-label={trans.__('Outcomes')}>
          {outcomes.map(outcome => (
            <li key={outcome}>
              <OutcomeMark outcome={outcome} /> {outcomeName(outcome, trans)}
            </li>
          ))}
        </ul>
      </div>
      <Stacks
        measure={measure}
        label={names[measure]}
        bins={bins}
        outcomes={outcomes}
        name={curves.class_name}
        // confidences are counted whatever the threshold
        at={measure === 'confidence' ? 0 : at}
        filters={filters}
        trans={trans}
      />
    </>
  );
}

function Stacks(props: {
  measure: Measure;
  label: string;
  bins: readonly IHistogramBin[];
  outcomes: readonly Outcome[];
  name: string | null;
  at: number;
  filters: IOutcomeFilters;
  trans: TranslationBundle;
}): JSX.Element {
  const { measure, label, bins, outcomes, name, at, filters, trans } = props;
  const sums = bins.map(({ counts }) =>
    outcomes.reduce((sum, each) => sum + (counts[each] ?? 0), 0)
  );
  const most = Math.max(...sums, 1);
  let drawn = 0;
  const axis: IAxis = {
    label:
      measure === 'confidence'
        ? trans.__('confidence')
        : trans.__(
            '%1 at confidence ≥ %2',
            measure === 'area' ? trans.__('area in square pixels') : label,
            formatConfidence(at)
          ),
    ticks: edges(bins)
  };
  return (
    <Plot
      label={trans.__('Outcomes by %1', label)}
      x={axis}
      y={{
        label: trans.__('count'),
        ticks: [0, 0.5, 1].map(at => ({ at, text: formatCount(at * most) }))
      }}
    >
      {bins.map((bin, i) => {
        let below = 0;
        return outcomes.map(outcome => {
          const count = bin.counts[outcome] ?? 0;
          if (count === 0) {
            return null;
          }
          const part: Part = {
            outcomes: [outcome],
            classes: name === null ? [] : [name],
            [RANGES[measure]]: [bin.low, bin.high]
          };
          const top = scaleY((below + count) / most);
          const height = (count / most) * HEIGHT;
          below += count;
          return (
            <PlotButton
              key={`${i}:${outcome}`}
              first={drawn++ === 0}
              title={trans.__(
                'Show %1 %2, %3 %4 – %5',
                formatCount(count),
                outcomeName(outcome, trans),
                label,
                formatNumber(bin.low),
                formatNumber(bin.high)
              )}
              pressed={filters.isShown(part)}
              onOpen={() => filters.show(part, at)}
            >
              <rect
                className="vl-stack"
                x={scaleX(i / bins.length) + 0.5}
                y={top}
                width={scaleX(1 / bins.length) - 1}
                height={Math.max(height, 1)}
                style={{ fill: outcomeColor(outcome) }}
              />
            </PlotButton>
          );
        });
      })}
    </Plot>
  );
}

/** Some edges of the bins; bins are drawn equally wide. */
function edges(bins: readonly IHistogramBin[]): IAxis['ticks'] {
  const step = Math.max(Math.ceil(bins.length / 5), 1);
  const ticks = bins
    .map((bin, i) => ({ at: i / bins.length, text: formatNumber(bin.low) }))
    .filter((_, i) => i % step === 0 && bins.length - i >= step / 2);
  const last = bins[bins.length - 1];
  return [...ticks, { at: 1, text: formatNumber(last.high) }];
}
