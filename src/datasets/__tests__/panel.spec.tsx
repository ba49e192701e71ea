import '@testing-library/jest-dom';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { Dialog } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import type { IClient } from '../../client/context';
import { VisionLensError } from '../../client/errors';
import type { IDatasetInfo, IFolder, IIngestReport } from '../../client/types';
import { fakeContext } from '../../components/__tests__/fakes';
import { fakeJobs, job } from '../../jobs/__tests__/fakes';
import { fakeUploads } from '../../uploads/__tests__/fakes';
import { CommandIDs } from '../../tokens';
import { DatasetsPanel } from '../DatasetsPanel';
import type { IDatasetsContext, IFormState } from '../types';

const INFO: IDatasetInfo = {
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
  owner: null
};

const REPORT: IIngestReport = {
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

const FOLDER: IFolder = {
  path: '/data',
  parent: null,
  entries: [
    { name: 'aerial', path: '/data/aerial', kind: 'folder', bytes: null },
    { name: 'street', path: '/data/street', kind: 'folder', bytes: null },
    { name: 'val.json', path: '/data/val.json', kind: 'labels', bytes: 2000 }
  ],
  images: 12,
  truncated: true,
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

function refused(code: string, message: string, hint: string) {
  return new VisionLensError(
    { code, message, hint, details: {}, request_id: null },
    404
  );
}

async function setUp(change: Partial<IClient> = {}) {
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
      suggested_name: 'street'
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
    uploads,
    form
  };
  await act(async () => {
    render(<DatasetsPanel context={context} />);
  });
  return { client, jobs, events, form, context };
}

const wait = (milliseconds: number) =>
  act(async () => {
    await jest.advanceTimersByTimeAsync(milliseconds);
  });

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the cards', () => {
  it('say what to do when there is none', async () => {
    await setUp({ datasets: jest.fn().mockResolvedValue([]) });
    expect(screen.getByText(/No dataset yet/)).toBeVisible();
    expect(screen.getByRole('status')).toHaveTextContent('0 datasets');
  });

  it('show name, counts and pictures, and open on click', async () => {
    const { context } = await setUp();
    const execute = jest.fn();
    context.commands.addCommand(CommandIDs.open, { execute });
    const card = screen.getByRole('listitem');
    expect(card).toHaveTextContent(
      '1,240 samples · 9,000 annotations · 8 classes · coco'
    );
    expect(card.querySelectorAll('img')).toHaveLength(2);
    await act(async () => {
      fireEvent.click(screen.getByTitle('Open Street'));
    });
    expect(execute).toHaveBeenCalledWith({ dataset: 'street' });
  });

  it('show why one does not open', async () => {
    const { context } = await setUp({
      datasets: jest
        .fn()
        .mockResolvedValue([{ ...INFO, state: 'busy', owner: 'host, PID 7' }])
    });
    context.commands.addCommand(CommandIDs.open, {
      execute: () => {
        throw refused('DATASET_BUSY', 'It is in use.', 'Close it there.');
      }
    });
    expect(screen.getByText(/In use by host, PID 7/)).toBeVisible();
    await act(async () => {
      fireEvent.click(screen.getByTitle('Open Street'));
    });
    expect(screen.getByText('Close it there.')).toBeVisible();
  });

  it('are read again when a dataset changes, once for a burst', async () => {
    const { client, events } = await setUp();
    for (const version of [4, 5, 6]) {
      events.dataset.emit({ dataset: 'street', version, change: 'changed' });
    }
    await wait(1000);
    expect(client.datasets).toHaveBeenCalledTimes(2);
  });

  it('show an error with a way to try again', async () => {
    const datasets = jest
      .fn()
      .mockRejectedValueOnce(refused('INTERNAL', 'It broke.', 'Again?'))
      .mockResolvedValue([INFO]);
    await setUp({ datasets });
    expect(screen.getByText('It broke.')).toBeVisible();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    });
    expect(screen.getByText('Street')).toBeVisible();
    expect(screen.queryByText('It broke.')).toBeNull();
  });

  it.each([
    ['Delete', 1],
    ['Cancel', 0]
  ])('ask before deleting: %s', async (button, calls) => {
    jest.useRealTimers();
    const { client } = await setUp();
    fireEvent.click(screen.getByRole('button', { name: 'More about Street' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Delete…' }));
    const dialog = await screen.findByText('Delete Street?');
    const box = dialog.closest<HTMLElement>('.jp-Dialog')!;
    await act(async () => {
      fireEvent.click(within(box).getByText(button));
      await new Promise(resolve => setTimeout(resolve, 20));
    });
    expect(client.deleteDataset).toHaveBeenCalledTimes(calls);
    expect(client.datasets).toHaveBeenCalledTimes(1 + calls);
    Dialog.flush();
  });
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
    await act(async () => answer({ label: 'late', labels: [] } as never));
    expect(screen.getByText('Look again.')).toBeVisible();
    expect(screen.queryByText('late')).toBeNull();
    expect(
      screen.getByLabelText('Folder or file on the server')
    ).toHaveAttribute('aria-invalid', 'true');
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

describe('the folder browser', () => {
  async function browse(change: Partial<IClient> = {}) {
    const set = await setUp(change);
    await act(async () => set.form.open());
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Browse' }));
    });
    const list = screen.getByRole('listbox');
    const path = screen.getByLabelText('Folder or file on the server');
    return { ...set, list, path };
  }
  const press = (list: HTMLElement, key: string) =>
    act(async () => {
      fireEvent.keyDown(list, { key });
    });

  it('chooses with a click, goes into a folder with a double click', async () => {
    const { client, path } = await browse();
    expect(screen.getByText(/12 images here · there is more/)).toBeVisible();
    fireEvent.click(screen.getByRole('option', { name: /val.json/ }));
    expect(path).toHaveValue('/data/val.json');
    await wait(500);
    expect(client.detect).toHaveBeenCalledWith(
      expect.objectContaining({ source: '/data/val.json' }),
      expect.anything()
    );
    await act(async () => {
      fireEvent.doubleClick(screen.getByRole('option', { name: /aerial/ }));
    });
    expect(client.folder).toHaveBeenLastCalledWith('/data/aerial');
  });

  it('is used with the keyboard', async () => {
    const inner = { ...FOLDER, path: '/data/street', parent: '/data' };
    const folder = jest
      .fn()
      .mockResolvedValueOnce(FOLDER)
      .mockResolvedValueOnce(inner)
      .mockResolvedValue(FOLDER);
    const { list, path } = await browse({ folder });
    await press(list, 's');
    await press(list, 'Enter');
    expect(path).toHaveValue('/data/street');
    await press(list, 'ArrowRight');
    expect(folder).toHaveBeenLastCalledWith('/data/street');
    expect(screen.getByRole('listbox', { name: 'street' })).toBeVisible();
    await press(screen.getByRole('listbox'), 'Backspace');
    expect(folder).toHaveBeenLastCalledWith('/data');
  });

  it('says why a folder cannot be listed, and keeps the one before', async () => {
    const folder = jest
      .fn()
      .mockResolvedValueOnce(FOLDER)
      .mockRejectedValueOnce(
        refused('PERMISSION_DENIED', 'It cannot be listed.', 'Ask its owner.')
      );
    await browse({ folder });
    await act(async () => {
      fireEvent.doubleClick(screen.getByRole('option', { name: /aerial/ }));
    });
    expect(screen.getByText('Ask its owner.')).toBeVisible();
    expect(screen.getByRole('option', { name: /^street/ })).toBeVisible();
  });

  it('completes what is typed', async () => {
    const set = await setUp();
    await act(async () => set.form.open('/data/old'));
    type('Folder or file on the server', '/data/str');
    await wait(300);
    expect(set.client.folder).toHaveBeenLastCalledWith('/data/');
    const path = screen.getByLabelText('Folder or file on the server');
    expect(
      screen.getAllByRole('option', { name: '/data/street/' })
    ).toHaveLength(1);
    await press(path, 'Tab');
    expect(path).toHaveValue('/data/street/');
  });
});

describe('the report', () => {
  it('adds up and lists what was odd, as text, page by page', async () => {
    const second = {
      ...REPORT,
      items: [{ ...REPORT.items[0], item: 'other.jpg' }]
    };
    const report = jest
      .fn()
      .mockResolvedValueOnce(REPORT)
      .mockResolvedValue(second);
    await setUp({ report });
    const details = screen.getByText('Report').closest('details')!;
    await act(async () => {
      details.open = true;
      fireEvent(details, new Event('toggle'));
    });
    const row = screen.getByText('Images').closest('tr')!;
    expect(
      [...row.querySelectorAll('td')].map(cell => cell.textContent)
    ).toEqual(['1,242', '1,240', '2']);
    expect(screen.queryByText('Label files')).toBeNull();
    const code = screen.getByText('image unreadable').closest('details')!;
    await act(async () => {
      code.open = true;
      fireEvent(code, new Event('toggle'));
    });
    expect(screen.getByText('<b>broken</b>.jpg')).toBeInTheDocument();
    expect(screen.getByText('skipped: truncated file')).toBeInTheDocument();
    await act(async () => {
      fireEvent.click(screen.getByText(/Show more/));
    });
    expect(report).toHaveBeenLastCalledWith('street', 1, 1000);
    expect(screen.getByText('other.jpg')).toBeInTheDocument();
    expect(screen.queryByText(/Show more/)).toBeNull();
  });
});
