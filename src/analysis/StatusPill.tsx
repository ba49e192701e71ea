import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { FindingStatus, IFinding } from './client';

type Pill = FindingStatus | 'gone' | 'stale';

/** What the user said of a finding, and what a change of the data did to it. */
export function StatusPills(props: {
  finding: Pick<IFinding, 'status' | 'holds' | 'stale'>;
  trans: TranslationBundle;
}): JSX.Element {
  const { finding, trans } = props;
  const { status, holds, stale } = finding;
  const pills: Pill[] = [
    status,
    ...(holds === false ? (['gone'] as const) : []),
    ...(stale ? (['stale'] as const) : [])
  ];
  return (
    <>
      {pills.map(pill => (
        <span
          key={pill}
          className="vl-pill"
          data-status={pill}
          title={meaning(pill, trans)}
        >
          {pillName(pill, trans)}
        </span>
      ))}
    </>
  );
}

export function pillName(pill: Pill, trans: TranslationBundle): string {
  const names: Record<Pill, string> = {
    hypothesis: trans.__('hypothesis'),
    verified: trans.__('verified'),
    rejected: trans.__('rejected'),
    gone: trans.__('no longer holds'),
    stale: trans.__('out of date')
  };
  return names[pill];
}

function meaning(pill: Pill, trans: TranslationBundle): string {
  const meanings: Record<Pill, string> = {
    hypothesis: trans.__('Found by statistics; nobody has looked yet'),
    verified: trans.__('You looked, and it is true'),
    rejected: trans.__('You looked, and it is not true'),
    gone: trans.__('Checked after the data changed: the effect is gone'),
    stale: trans.__('The data changed since, and nobody has checked')
  };
  return meanings[pill];
}
