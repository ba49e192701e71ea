import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IReportItem } from '../core/client/types';
import { formatCount } from '../core/components/format';
import { Button } from '../core/components/Button';

interface IProps {
  readonly code: string;
  /** How many there are in the report. */
  readonly count: number;
  /** Those read so far. */
  readonly items: readonly IReportItem[];
  /** Whether all items of the report were read. */
  readonly complete: boolean;
  readonly pending: boolean;
  readonly onMore: () => void;
  /** Show the sample an item is about. */
  readonly onOpen: (sampleId: number) => void;
  readonly trans: TranslationBundle;
}

/** The items of one code, behind an expander. */
export function ReportItems(props: IProps): JSX.Element {
  const { code, count, items, complete, pending, onMore, onOpen, trans } =
    props;
  const [open, setOpen] = React.useState(false);
  const actions: Record<IReportItem['action'], string> = {
    kept: trans.__('kept'),
    repaired: trans.__('repaired'),
    skipped: trans.__('skipped')
  };
  return (
    <details
      className="vl-report-code"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span>{code.toLowerCase().replace(/_/g, ' ')}</span>
        <span className="vl-number">{formatCount(count)}</span>
      </summary>
      {open && (
        <ul
          tabIndex={0}
          aria-label={trans.__('Items of %1', code.toLowerCase())}
        >
          {items.map((item, i) => (
            <li key={i}>
              {typeof item.sample_id === 'number' ? (
                <button
                  type="button"
                  className="vl-link vl-report-item"
                  title={trans.__('Show this sample')}
                  onClick={() => onOpen(item.sample_id as number)}
                >
                  {item.item}
                </button>
              ) : (
                <span className="vl-report-item">{item.item}</span>
              )}
              <span className="vl-quiet">
                {actions[item.action]}: {item.message}
              </span>
            </li>
          ))}
        </ul>
      )}
      {open && !complete && items.length < count && (
        <Button kind="link" disabled={pending} onClick={onMore}>
          {trans.__(
            'Show more (%1 of %2)',
            formatCount(items.length),
            formatCount(count)
          )}
        </Button>
      )}
    </details>
  );
}
