import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IErrorShare } from './client';
import { formatCount } from '../core/components/format';
import {
  errorMeaning,
  errorName,
  formatShare
} from '../core/outcomes/outcomes';
import type { IOutcomeFilters } from './useOutcomeFilters';

interface IProps {
  readonly errors: readonly IErrorShare[];
  readonly filters: IOutcomeFilters;
  readonly trans: TranslationBundle;
}

/** What mending each kind of error alone would give, and how many there are. */
export function ErrorTypes({ errors, filters, trans }: IProps): JSX.Element {
  const byGain = errors.some(({ delta_ap50 }) => delta_ap50 !== null);
  const size = ({ count, delta_ap50 }: IErrorShare): number =>
    byGain ? Math.max(delta_ap50 ?? 0, 0) : count;
  const most = Math.max(...errors.map(size), 1e-9);
  const sorted = [...errors].sort((a, b) => size(b) - size(a));
  return (
    <ul className="vl-error-types" aria-label={trans.__('Error types')}>
      {sorted.map(error => {
        const { type, count, delta_ap50 } = error;
        const name = errorName(type, trans);
        return (
          <li key={type} data-error={type}>
            <button
              type="button"
              className="vl-error-type"
              disabled={count === 0}
              aria-pressed={filters.isShown({ errors: [type] })}
              title={trans.__(
                'Show %1 errors: %2',
                formatCount(count),
                errorMeaning(type, trans)
              )}
              onClick={() => filters.show({ errors: [type] })}
            >
              <span className="vl-error-name">{name}</span>
              <span className="vl-error-bar" aria-hidden="true">
                <span style={{ width: `${(100 * size(error)) / most}%` }} />
              </span>
              <span className="vl-error-count">{formatCount(count)}</span>
              <span className="vl-error-gain">{gain(delta_ap50)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function gain(delta: number | null): string {
  return delta === null ? '' : `${delta > 0 ? '+' : ''}${formatShare(delta)}`;
}
