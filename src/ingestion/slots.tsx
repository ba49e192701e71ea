/** What ingestion puts into the panel of the datasets. */
import * as React from 'react';
import type { SlotComponent, ISlotProps } from '../core/client/context';
import type { IUploads } from './uploads/types';
import { UploadList } from './uploads/UploadList';
import { addDropZone } from '../core/files/dropZone';
import { Report } from './Report';
import type { ReadReport } from './useReport';

export { IngestForm } from './IngestForm';

export function uploadList(uploads: IUploads): SlotComponent<'datasets'> {
  return ({ context }) => (
    <UploadList uploads={uploads} trans={context.trans} />
  );
}

export function datasetReport(
  uploads: IUploads
): SlotComponent<'dataset-card'> {
  return props => <DatasetReport {...props} uploads={uploads} />;
}

/** What the last ingest of a dataset found; its card takes image files. */
export function DatasetReport(
  props: ISlotProps['dataset-card'] & { uploads: IUploads }
): JSX.Element {
  const { context, info, card, isFresh, uploads } = props;
  const { client, trans } = context;
  const { dataset, name } = info;
  const [open, setOpen] = React.useState(isFresh);
  const read = React.useCallback<ReadReport>(
    (offset, limit) => client.report(dataset, offset, limit),
    [client, dataset]
  );
  React.useEffect(
    () =>
      card.current === null
        ? undefined
        : addDropZone(card.current, {
            text: trans.__('Drop image files: they are copied into %1', name),
            onFiles: files => uploads.start(dataset, files)
          }),
    [uploads, dataset, name, trans]
  );
  return (
    <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{trans.__('Report')}</summary>
      {open && (
        <Report
          key={info.version}
          dataset={dataset}
          context={context}
          title={trans.__('Ingest report')}
          annotations={trans.__('Annotations')}
          read={read}
        />
      )}
    </details>
  );
}
