import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICurves } from '../client';
import { classColor } from '../../core/components/classColor';
import { ToggleButton } from '../../core/components/ToggleButton';
import { CurvePlot } from './CurvePlot';
import type { IOutcomeFilters } from '../useOutcomeFilters';

interface IProps {
  readonly curves: ICurves;
  readonly threshold: number | null;
  readonly onThreshold: (confidence: number) => void;
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** Precision and recall by threshold, or F1; a click on a point makes it the threshold. */
export function CurvesSection(props: IProps): JSX.Element {
  const { curves, threshold, onThreshold, filters, trans } = props;
  const [kind, setKind] = React.useState<'pr' | 'f1'>('pr');
  const name = curves.class_name;
  const color = name === null ? 'var(--jp-brand-color1)' : classColor(name);
  const choose = (confidence: number): void => {
    onThreshold(confidence);
    filters.show(
      {
        outcomes: ['true_positive', 'false_positive'],
        classes: name === null ? [] : [name]
      },
      confidence
    );
  };
  const plot = {
    color,
    threshold,
    onChoose: choose,
    trans
  };
  const hint = trans.__(
    'a click makes it the threshold and shows what is predicted from there'
  );
  const ofPoints = curves.precision_recall[0]?.confidence?.length
    ? hint
    : trans.__(
        'the mean of all classes; draw one of the table below to choose its points'
      );
  const [pr, f1] = [
    trans.__('Precision – recall'),
    trans.__('F1 by confidence')
  ];
  return (
    <>
      <div className="vl-section-tools">
        <div
          className="vl-segments"
          role="group"
          aria-label={trans.__('Curve')}
        >
          <ToggleButton
            pressed={kind === 'pr'}
            title={pr}
            onToggle={() => setKind('pr')}
          >
            {trans.__('P–R')}
          </ToggleButton>
          <ToggleButton
            pressed={kind === 'f1'}
            title={f1}
            onToggle={() => setKind('f1')}
          >
            {trans.__('F1')}
          </ToggleButton>
        </div>
        <ul className="vl-curve-names" aria-label={trans.__('Curves')}>
          {(kind === 'pr' ? curves.precision_recall : [curves.f1]).map(
            (curve, i) => (
              <li key={curve.name}>
                <svg width="16" height="8" aria-hidden="true">
                  <line
                    className={`vl-curve${i > 0 ? ' vl-mod-thin' : ''}`}
                    x2="16"
                    y1="4"
                    y2="4"
                    style={{ stroke: color }}
                  />
                </svg>
                {curve.name}
              </li>
            )
          )}
        </ul>
      </div>
      {kind === 'pr' ? (
        <CurvePlot
          {...plot}
          label={pr}
          hint={ofPoints}
          x={trans.__('recall')}
          y={trans.__('precision')}
          curves={curves.precision_recall}
        />
      ) : (
        <CurvePlot
          {...plot}
          label={f1}
          hint={hint}
          x={trans.__('confidence')}
          y={trans.__('F1')}
          curves={[curves.f1]}
        />
      )}
    </>
  );
}
