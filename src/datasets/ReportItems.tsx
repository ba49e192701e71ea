import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IReportItem } from '../client/types';
import { formatCount } from '../components/format';

interface IProps {
  readonly code: string;
  /** How many there are in the report. */
  readonly count: number;
  /** Those read so far. */
  readonly items: readonly IReportItem[];
  /** Whether all items of the report were read. */
  readonly complete: boolean;
  readonly onMore: () => void;
  readonly trans: TranslationBundle;
}

/** The items of one code, behind an expander. */
export function ReportItems(props: IProps): JSX.Element {
  const { code, count, items, complete, onMore, trans } = props;
  const actions: Record<IReportItem['action'], string> = {
    kept: trans.__('kept'),
    repaired: trans.__('repaired'),
    skipped: trans.__('skipped')
  };
  return (
    <details className="vl-report-code">
      <summary>
        <span>{code.toLowerCase().replace(/_/g, ' ')}</span>
        <span className="vl-number">{formatCount(count)}</span>
      </summary>
      <ul>
        {items.map((item, i) => (
          <li key={i}>
            <span className="vl-report-item">{item.item}</span>
            <span className="vl-quiet">
              {actions[item.action]}: {item.message}
            </span>
          </li>
        ))}
      </ul>
      {!complete && items.length < count && (
        <button type="button" className="vl-link" onClick={onMore}>
          {trans.__('Show more')}
        </button>
      )}
    </details>
  );
}
