import '@testing-library/jest-dom';
import { act, fireEvent, screen } from '@testing-library/react';
import type { IClient } from '../../core/client/context';
import { job } from '../../core/jobs/__tests__/fakes';
import {
  refused,
  setUp,
  wait,
  type
} from '../../core/datasets/__tests__/setUp';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the form', () => {
  async function open(change: Partial<IClient> = {}) {
    const set = await setUp(change);
    await act(async () => {
      set.form.open();
    });
    return set;
  }

  it('detects once typing rests', async () => {
    const { client } = await open();
    const path = 'Folder or file on the server';
    type(path, '/data');
    await wait(100);
    type(path, '/data/street');
    expect(client.detect).not.toHaveBeenCalled();
    await wait(500);
    expect(client.detect).toHaveBeenCalledTimes(1);
    expect(client.detect).toHaveBeenCalledWith(
      expect.objectContaining({ source: '/data/street' }),
      expect.anything()
    );
    expect(screen.getByText('COCO')).toBeVisible();
    expect(screen.getByText('Splits: train, val')).toBeVisible();
    expect(screen.getByText(/notes.xml seems to be CVAT XML/)).toBeVisible();
    expect(screen.getByLabelText('Name')).toHaveAttribute(
      'placeholder',
      'street'
    );
  });

  it('drops the answer about an earlier path', async () => {
    let answer: (value: never) => void = () => undefined;
    const detect = jest
      .fn()
      .mockImplementationOnce(() => new Promise(resolve => (answer = resolve)))
      .mockRejectedValueOnce(refused('DIR_NOT_FOUND', 'No /b.', 'Look again.'));
    await open({ detect });
    type('Folder or file on the server', '/a');
    await wait(500);
    type('Folder or file on the server', '/b');
    await wait(500);
    await act(async () =>
      answer({ label: 'late', labels: [], unread: [] } as never)
    );
    expect(screen.getByText('Look again.')).toBeVisible();
    expect(screen.queryByText('late')).toBeNull();
    expect(
      screen.getByLabelText('Folder or file on the server')
    ).toHaveAttribute('aria-invalid', 'true');
  });

  it('says why other formats do not fit, and reads as one that does', async () => {
    const { client } = await open({
      formats: jest.fn().mockResolvedValue([
        { name: 'coco', label: 'COCO', description: '' },
        { name: 'yolo', label: 'YOLO', description: '' }
      ])
    });
    type('Folder or file on the server', '/data/street');
    await wait(500);
    fireEvent.click(screen.getByText('Would fit, too: YOLO'));
    expect(screen.getByText(/No XML/)).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Read as YOLO' }));
    await wait(500);
    expect(client.detect).toHaveBeenLastCalledWith(
      expect.objectContaining({ format: 'yolo' }),
      expect.anything()
    );
    expect(screen.getByLabelText('Format')).toHaveValue('yolo');
  });

  it('starts an ingest of what was filled in, and shows its progress', async () => {
    const { client, form, events } = await open();
    const ingest = screen.getByRole('button', { name: 'Ingest' });
    expect(ingest).toBeDisabled();
    type('Folder or file on the server', '  /data/street ');
    type('Name', 'My street');
    type('Format', 'voc');
    type('Labels, where they lie apart', '/data/labels');
    await wait(500);
    await act(async () => {
      fireEvent.click(ingest);
    });
    expect(client.startIngest).toHaveBeenCalledWith({
      source: '/data/street',
      name: 'My street',
      format: 'voc',
      labels: '/data/labels'
    });
    expect(form.request).toBeNull();
    await act(async () => {
      events.job.emit(job({ done: 1, total: 4 }));
    });
    expect(screen.getByRole('progressbar')).toHaveAttribute(
      'aria-valuenow',
      '25'
    );
    await act(async () => {
      events.job.emit(job({ state: 'done' }));
    });
    await wait(500);
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(screen.getByLabelText('Ingest report')).toBeInTheDocument();
  });

  it('stays open when the server refuses, and offers to add to what is there', async () => {
    const startIngest = jest
      .fn()
      .mockRejectedValue(refused('DATASET_EXISTS', 'It exists.', 'Rename.'));
    const { form } = await open({ startIngest });
    type('Folder or file on the server', '/data/street');
    await wait(500);
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Ingest' }));
    });
    expect(screen.getByText('Rename.')).toBeVisible();
    expect(form.request).not.toBeNull();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Add to it' }));
    });
    expect(startIngest).toHaveBeenLastCalledWith({
      source: '/data/street',
      incremental: true
    });
    fireEvent.keyDown(screen.getByLabelText('Name'), { key: 'Escape' });
    expect(form.request).toBeNull();
  });

  it('keeps a failed ingest in sight until it was read', async () => {
    const { events } = await setUp();
    await act(async () => {
      events.job.emit(job());
    });
    await act(async () => {
      events.job.emit(
        job({
          state: 'failed',
          error: refused('LABELS_INVALID', 'Broken labels.', 'Mend them.').body
        })
      );
    });
    expect(screen.getByText('Mend them.')).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByText('Mend them.')).toBeNull();
  });
});
