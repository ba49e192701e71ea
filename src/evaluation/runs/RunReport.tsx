import * as React from 'react';
import type { IPanelContext } from '../../core/client/context';
import { Report } from '../../ingestion/Report';
import type { ReadReport } from '../../ingestion/useReport';

/** What the import of a run found, behind an expander. */
export function RunReport(props: {
  context: IPanelContext;
  dataset: string;
  run: string;
}): JSX.Element {
  const { context, dataset, run } = props;
  const { client, trans } = context;
  const [open, setOpen] = React.useState(false);
  const read = React.useCallback<ReadReport>(
    (offset, limit) =>
      client.evaluations.runReport(dataset, run, offset, limit),
    [client, dataset, run]
  );
  return (
    <details
      className="vl-run-report"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{trans.__('Report')}</summary>
      {open && (
        <Report
          context={context}
          dataset={dataset}
          title={trans.__('Report of %1', run)}
          annotations={trans.__('Predictions')}
          read={read}
        />
      )}
    </details>
  );
}
