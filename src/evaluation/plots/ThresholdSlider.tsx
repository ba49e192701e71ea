import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatConfidence } from '../../core/outcomes/outcomes';
import { Button } from '../../core/components/Button';

interface IProps {
  readonly value: number;
  /** The evaluation's own threshold. */
  readonly own: number;
  readonly busy: boolean;
  readonly onChange: (value: number) => void;
  readonly trans: TranslationBundle;
}

/** The confidence from which predictions count. */
export function ThresholdSlider(props: IProps): JSX.Element {
  const { value, own, busy, onChange, trans } = props;
  return (
    <div className="vl-threshold" aria-busy={busy}>
      <label>
        <span>{trans.__('confidence ≥')}</span>
        <output>{formatConfidence(value)}</output>
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={value}
          aria-label={trans.__('Confidence from which predictions count')}
          onChange={event => onChange(Number(event.target.value))}
        />
      </label>
      <Button
        kind="link"
        disabled={value === own}
        title={trans.__(
          'The threshold of the evaluation, %1',
          formatConfidence(own)
        )}
        onClick={() => onChange(own)}
      >
        {trans.__('reset')}
      </Button>
    </div>
  );
}
