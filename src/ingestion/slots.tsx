/** What ingestion puts into the panel of the datasets. */
import * as React from 'react';
import type { SlotComponent } from '../core/client/context';
import { DatasetReport } from './DatasetReport';
import type { IUploads } from './uploads/types';
import { UploadList } from './uploads/UploadList';

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
