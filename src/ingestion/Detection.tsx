import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IDetected } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import type { IAnswer } from '../core/components/useAnswer';

/** What was found at the path typed so far: what is read, and from where. */
export function Detection(props: {
  detection: IAnswer<IDetected>;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { detection, trans } = props;
  const { answer: detected, error, pending } = detection;
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
  const { images, labels, splits } = detected;
  const more = labels.length - 1;
  const lines = [
    images !== null && trans.__('Images: %1', images),
    labels.length > 0 &&
      trans.__('Labels: %1', labels[0]) +
        (more > 0 ? ` ${trans.__('and %1 more', more)}` : ''),
    splits.length > 0 && trans.__('Splits: %1', splits.join(', '))
  ].filter(Boolean);
  return (
    <div className="vl-detected" role="status" aria-busy={pending}>
      <strong>{detected.label}</strong> <span>{detected.reason}</span>
      {lines.map(line => (
        <p key={String(line)} className="vl-quiet">
          {line}
        </p>
      ))}
      {detected.unread.map(line => (
        <p key={line} className="vl-unread">
          {line}
        </p>
      ))}
    </div>
  );
}
