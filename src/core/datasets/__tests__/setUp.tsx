/** A datasets panel over recorded calls. */
import { act, fireEvent, render, screen } from '@testing-library/react';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import type { IClient } from '../../client/context';
import { VisionLensError } from '../../client/errors';
import type { IDatasetInfo, IFolder, IIngestReport } from '../../client/types';
import { fakeContext } from '../../components/__tests__/fakes';
import { fakeJobs, job } from '../../jobs/__tests__/fakes';
import {
  datasetReport,
  IngestForm,
  uploadList
} from '../../../ingestion/slots';
import { fakeUploads } from '../../../ingestion/uploads/__tests__/fakes';
import { DatasetsPanel } from '../DatasetsPanel';
import type { IDatasetsContext, IFormState } from '../types';

export const INFO: IDatasetInfo = {
  dataset: 'street',
  uuid: 'u1',
  name: 'Street',
  created_at: '',
  modified_at: '',
  version: 3,
  samples: 1240,
  annotations: 9000,
  classes: 8,
  format: 'coco',
  source: '/data/street',
  state: 'ready',
  preview: [3, 5],
  owner: null,
  damages: []
};

export const REPORT: IIngestReport = {
  job: 'j1',
  format: 'coco',
  source: '/data/street',
  started_at: '',
  finished_at: '',
  images: { found: 1242, imported: 1240, skipped: 2 },
  annotations: { found: 9000, imported: 9000, skipped: 0 },
  label_files: { found: 0, imported: 0, skipped: 0 },
  by_code: { IMAGE_UNREADABLE: 2 },
  items: [
    {
      code: 'IMAGE_UNREADABLE',
      action: 'skipped',
      kind: 'image',
      item: '<b>broken</b>.jpg',
      message: 'truncated file',
      sample_id: null
    }
  ],
  items_total: 2
};

export const FOLDER: IFolder = {
  path: '/data',
  parent: null,
  entries: [
    { name: 'aerial', path: '/data/aerial', kind: 'folder', bytes: null },
    { name: 'street', path: '/data/street', kind: 'folder', bytes: null },
    { name: 'val.json', path: '/data/val.json', kind: 'labels', bytes: 2000 }
  ],
  images: 12,
  truncated: true,
  next: null,
  places: ['/data'],
  recent: ['/data/street']
};

class Form implements IFormState {
  readonly changed = new Signal<this, void>(this);
  request: IFormState['request'] = null;
  open(source = '') {
    this.request = { source };
    this.changed.emit();
  }
  close() {
    this.request = null;
    this.changed.emit();
  }
}

export function refused(
  code: string,
  message: string,
  hint: string,
  details: Record<string, string> = {}
) {
  return new VisionLensError(
    { code, message, hint, details, request_id: null },
    404
  );
}

export async function setUp(change: Partial<IClient> = {}) {
  const client = {
    datasets: jest.fn().mockResolvedValue([INFO]),
    formats: jest
      .fn()
      .mockResolvedValue([
        { name: 'voc', label: 'Pascal VOC', description: '' }
      ]),
    detect: jest.fn().mockResolvedValue({
      format: 'coco',
      label: 'COCO',
      source: '/data/street',
      images: null,
      labels: ['instances.json'],
      splits: ['train', 'val'],
      reason: 'instances.json holds COCO annotations.',
      unread: ['notes.xml seems to be CVAT XML: not read.'],
      suggested_name: 'street',
      candidates: [
        { format: 'coco', label: 'COCO', fits: true, reason: 'It is.' },
        { format: 'yolo', label: 'YOLO', fits: true, reason: 'a.txt is YOLO.' },
        { format: 'voc', label: 'Pascal VOC', fits: false, reason: 'No XML.' }
      ]
    }),
    startIngest: jest.fn().mockResolvedValue(job({ state: 'queued' })),
    report: jest.fn().mockResolvedValue(REPORT),
    folder: jest.fn().mockResolvedValue(FOLDER),
    deleteDataset: jest.fn().mockResolvedValue(undefined),
    ...change
  };
  const { jobs, events } = fakeJobs(client);
  const uploads = fakeUploads();
  const form = new Form();
  const context: IDatasetsContext = {
    ...fakeContext(client),
    jobs,
    events,
    form
  };
  context.slots.add('add-dataset', async () => IngestForm);
  context.slots.add('datasets', async () => uploadList(uploads));
  context.slots.add('dataset-card', async () => datasetReport(uploads));
  await context.slots.load('add-dataset', 'datasets', 'dataset-card');
  await act(async () => {
    render(<DatasetsPanel context={context} />);
  });
  return { client, jobs, events, form, context };
}

export const wait = (milliseconds: number) =>
  act(async () => {
    await jest.advanceTimersByTimeAsync(milliseconds);
  });

export const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
