import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IDetected } from '../core/client/types';
import { Button } from '../core/components/Button';

/** The other formats: those that fit can be taken instead, of the rest it says why not. */
export function Candidates(props: {
  detected: IDetected;
  trans: TranslationBundle;
  onTake: (format: string) => void;
}): JSX.Element | null {
  const { detected, trans, onTake } = props;
  const others = (detected.candidates ?? []).filter(
    ({ format }) => format !== detected.format
  );
  if (others.length === 0) {
    return null;
  }
  const fitting = others.filter(({ fits }) => fits);
  const names = fitting.map(({ label }) => label).join(', ');
  return (
    <details className="vl-candidates">
      <summary>
        {fitting.length > 0
          ? trans.__('Would fit, too: %1', names)
          : trans.__('Why no other format')}
      </summary>
      <ul>
        {others.map(({ format, label, fits, reason }) => (
          <li key={format} className={fits ? undefined : 'vl-quiet'}>
            {fits ? (
              <Button onClick={() => onTake(format)}>
                {trans.__('Read as %1', label)}
              </Button>
            ) : (
              <strong>{label}</strong>
            )}{' '}
            {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
