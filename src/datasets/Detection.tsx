import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { ErrorBox } from '../components/ErrorBox';
import type { IDetection } from './useDetect';

/** What was found at the path typed so far. */
export function Detection(props: {
  detection: IDetection;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { detection, trans } = props;
  const { detected, error, pending } = detection;
  if (error) {
    return <ErrorBox error={error} trans={trans} />;
  }
  if (!detected) {
    return pending ? (
      <p className="vl-quiet" role="status">
        {trans.__('Looking…')}
      </p>
    ) : null;
  }
  return (
    <div className="vl-detected" role="status" aria-busy={pending}>
      <strong>{detected.label}</strong> <span>{detected.reason}</span>
      {detected.splits.length > 0 && (
        <p className="vl-quiet">
          {trans.__('Splits: %1', detected.splits.join(', '))}
        </p>
      )}
    </div>
  );
}
