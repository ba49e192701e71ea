import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFinding } from './client';
import { formatShare } from '../core/outcomes/outcomes';

/** What goes along with a finding and cannot be told from it. */
export function Inseparables(props: {
  correlates: IFinding['inseparable'];
  /** How many are not named. */
  more?: number;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { correlates, more = 0, trans } = props;
  const names = correlates.map(({ label, overlap }) =>
    trans.__('%1 (overlap %2)', label, formatShare(overlap, 2))
  );
  if (more > 0) {
    names.push(trans.__('%1 more', more));
  }
  return names.length > 0 ? (
    <p className="vl-quiet">
      {trans.__('Cannot be separated from: %1.', names.join('; '))}
    </p>
  ) : null;
}
