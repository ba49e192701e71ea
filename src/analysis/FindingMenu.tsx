import * as React from 'react';
import type { FindingStatus } from './client';
import { Popover } from '../core/components/Popover';
import type { ICardProps } from './cardProps';
import { Button } from '../core/components/Button';

interface IItem {
  readonly label: string;
  readonly work: () => unknown;
}

/** What can be done with a finding beside looking at it. */
export function FindingMenu(props: ICardProps): JSX.Element {
  const { context, finding, onChange, onDelete } = props;
  const { trans } = context;
  const [open, setOpen] = React.useState(false);
  const [asked, setAsked] = React.useState(false);
  const toggle = React.useCallback((shown: boolean) => {
    setOpen(shown);
    setAsked(false);
  }, []);
  const names: Record<FindingStatus, string> = {
    verified: trans.__('Mark as verified'),
    rejected: trans.__('Reject'),
    hypothesis: trans.__('Back to hypothesis')
  };
  const items: IItem[] = [
    ...(['verified', 'rejected', 'hypothesis'] as const)
      .filter(status => status !== finding.status)
      .map(status => ({
        label: names[status],
        work: () => onChange({ status })
      })),
    {
      label: trans.__('Copy predicate'),
      work: () => navigator.clipboard.writeText(finding.predicate)
    },
    {
      label: trans.__('Copy SQL'),
      work: () => navigator.clipboard.writeText(finding.sql)
    }
  ];
  return (
    <div className="vl-finding-menu">
      <Popover
        label={<span aria-hidden="true">⋯</span>}
        title={trans.__('More about %1', finding.title)}
        open={open}
        onToggle={toggle}
        kind="menu"
      >
        {items.map(({ label, work }) => (
          <Button
            key={label}

            role="menuitem"
            kind="item"
            onClick={() => {
              toggle(false);
              void work();
            }}
          >
            {label}
          </Button>
        ))}
        <Button
          role="menuitem"
          kind="item"
          onClick={() => {
            // What is gone is gone: asked once more.
            if (asked) {
              toggle(false);
              onDelete();
            } else {
              setAsked(true);
            }
          }}
        >
          {asked ? trans.__('Delete for good') : trans.__('Delete')}
        </Button>
      </Popover>
    </div>
  );
}
