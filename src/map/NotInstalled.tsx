import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

interface IProps {
  readonly choices: readonly {
    readonly label: string;
    readonly available: boolean;
    readonly reason?: string;
  }[];
  readonly trans: TranslationBundle;
}

/** What is grey in a list, and the command that installs it. */
export function NotInstalled({ choices, trans }: IProps): JSX.Element | null {
  const reasons = new Map<string, string[]>();
  for (const { label, available, reason } of choices) {
    if (!available && reason) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), label]);
    }
  }
  if (reasons.size === 0) {
    return null;
  }
  const labels = [...reasons.values()].flat();
  return (
    <details className="vl-quiet">
      <summary>{trans.__('Not installed: %1', labels.join(', '))}</summary>
      {[...reasons.keys()].map(reason => (
        <p key={reason}>{reason}</p>
      ))}
    </details>
  );
}
