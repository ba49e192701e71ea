import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAttribute, ICalibration, IProportion } from './client';
import { formatCount } from '../core/components/format';
import { formatShare } from '../core/outcomes/outcomes';

/** `.91 (.85 – .95)`. */
export function proportionText({ value, low, high }: IProportion): string {
  return low === null || high === null
    ? formatShare(value, 2)
    : `${formatShare(value, 2)} (${formatShare(low, 2)} – ${formatShare(high, 2)})`;
}

/** How far one answer can be trusted. */
export function calibrationText(
  { answer, precision, recall, labels, positive }: ICalibration,
  trans: TranslationBundle
): string {
  return trans.__(
    '“%1”: precision %2, recall %3, on %4 labels, %5 of them positive',
    answer,
    proportionText(precision),
    proportionText(recall),
    formatCount(labels),
    formatCount(positive)
  );
}

/** The calibration of a visual attribute, beside what rests on it. */
export function CalibrationLine(props: {
  name: string;
  attribute: IAttribute | undefined;
  trans: TranslationBundle;
}): JSX.Element {
  const { name, attribute, trans } = props;
  const lines = (attribute?.calibrations ?? []).map(each =>
    calibrationText(each, trans)
  );
  return (
    <p className="vl-quiet">
      <code>{name}</code>{' '}
      {lines.length > 0 ? lines.join('; ') : trans.__('is not calibrated')}
    </p>
  );
}
