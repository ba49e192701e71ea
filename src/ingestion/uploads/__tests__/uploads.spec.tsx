import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IClient } from '../../../core/client/context';
import { VisionLensError } from '../../../core/client/errors';
import { trans } from '../../../core/components/__tests__/fakes';
import { fakeJobs, job } from '../../../core/jobs/__tests__/fakes';
import { addDropZone } from '../../../core/files/dropZone';
import { isImageName } from '../../../core/files/imageFiles';
import { UploadList } from '../UploadList';
import { CONCURRENCY, Uploads } from '../uploads';

const settle = () => act(() => new Promise(resolve => setTimeout(resolve, 5)));

function file(name: string): File {
  return new File(['12345'], name);
}

function setUp(upload: IClient['upload']) {
  const client = {
    upload: jest.fn(upload),
    ingestUploads: jest.fn().mockResolvedValue(job({ state: 'queued' }))
  };
  const { jobs } = fakeJobs(client);
  const uploads = new Uploads(client as unknown as IClient, jobs);
  render(<UploadList uploads={uploads} trans={trans} />);
  return { client, jobs, uploads };
}

const sent = (_: string, { name, size }: File) =>
  Promise.resolve({ filename: name, bytes: size });

describe('uploads', () => {
  it('send a few files at a time, then ingest them, and leave no trace', async () => {
    const waiting: (() => void)[] = [];
    const { client, uploads, jobs } = setUp(
      (dataset, one) =>
        new Promise(resolve =>
          waiting.push(() => resolve({ filename: one.name, bytes: one.size }))
        )
    );
    act(() =>
      uploads.start(
        'street',
        Array.from({ length: 10 }, (_, i) => file(`${i}.jpg`))
      )
    );
    expect(client.upload).toHaveBeenCalledTimes(CONCURRENCY);
    act(() => waiting[0]());
    await settle();
    expect(client.upload).toHaveBeenCalledTimes(CONCURRENCY + 1);
    expect(screen.getByText('1 of 10 files sent · 5 B of 50 B')).toBeVisible();
    expect(client.ingestUploads).not.toHaveBeenCalled();
    for (let i = 1; i < 10; i++) {
      await settle();
      waiting[i]();
    }
    await settle();
    expect(client.ingestUploads).toHaveBeenCalledWith('street');
    expect(jobs.all).toHaveLength(1);
    expect(uploads.all).toEqual([]);
  });

  it('name what is no image, and what was refused', async () => {
    const { client, uploads } = setUp((dataset, one) =>
      one.name === 'bad.png'
        ? Promise.reject(
            new VisionLensError({
              code: 'UPLOAD_INVALID',
              message: 'bad.png cannot be read.',
              hint: '',
              details: {},
              request_id: null
            })
          )
        : sent(dataset, one)
    );
    act(() =>
      uploads.start('street', [
        file('good.JPG'),
        file('notes.txt'),
        file('bad.png')
      ])
    );
    await settle();
    expect(client.upload).toHaveBeenCalledTimes(2);
    expect(screen.getByText('notes.txt')).toBeInTheDocument();
    expect(screen.getByText('bad.png cannot be read.')).toBeVisible();
    expect(client.ingestUploads).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(uploads.all).toEqual([]);
  });

  it('start no job when nothing arrived', async () => {
    const { client, uploads } = setUp(sent);
    act(() => uploads.start('street', [file('a.txt')]));
    await settle();
    expect(client.ingestUploads).not.toHaveBeenCalled();
  });

  it('stop when cancelled, and ingest what arrived', async () => {
    const { client, uploads } = setUp((dataset, one, signal) =>
      one.name === '0.jpg'
        ? sent(dataset, one)
        : new Promise((_, reject) =>
            signal!.addEventListener('abort', () =>
              reject(new DOMException('', 'AbortError'))
            )
          )
    );
    act(() =>
      uploads.start(
        'street',
        Array.from({ length: 9 }, (_, i) => file(`${i}.jpg`))
      )
    );
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await settle();
    expect(client.upload).toHaveBeenCalledTimes(CONCURRENCY + 1);
    expect(client.ingestUploads).toHaveBeenCalledTimes(1);
    expect(uploads.all[0]).toMatchObject({ sent: 1, failures: [] });
    expect(screen.getByText(/1 of 9 files .* cancelled/)).toBeVisible();
  });
});

it.each([
  ['a.JPG', true],
  ['a.b.webp', true],
  ['jpg', false],
  ['.hidden.jpg', false],
  ['a.jpg.txt', false]
])('%s is an image: %s', (name, expected) => {
  expect(isImageName(name)).toBe(expected);
});

it('a drop zone of two parts says which one takes the files', async () => {
  const node = document.createElement('div');
  node.getBoundingClientRect = () => ({ left: 100, width: 200 }) as DOMRect;
  const [add, search] = [jest.fn(), jest.fn()];
  addDropZone(
    node,
    { text: 'Add', onFiles: add },
    { text: 'Search', onFiles: search, single: true }
  );
  const drag = (type: string, clientX: number, files: File[]): boolean => {
    const dataTransfer = { types: ['Files'], items: files, files };
    const event = new MouseEvent(type, { cancelable: true, clientX });
    return fireEvent(node, Object.assign(event, { dataTransfer }));
  };
  const parts = () =>
    [...node.querySelectorAll('p')].map(part => [
      part.textContent,
      part.className
    ]);
  const one = [file('a.jpg')];
  drag('dragover', 150, one);
  expect(parts()).toEqual([
    ['Add', 'vl-mod-pointed'],
    ['Search', '']
  ]);
  drag('dragover', 250, one);
  expect(parts()).toEqual([
    ['Add', ''],
    ['Search', 'vl-mod-pointed']
  ]);
  drag('drop', 250, one);
  await settle();
  expect(search).toHaveBeenCalledWith(one);
  expect(add).not.toHaveBeenCalled();
  expect(parts()).toEqual([]);
  const two = [file('a.jpg'), file('b.jpg')];
  drag('dragover', 299, two);
  expect(parts()).toEqual([['Add', 'vl-mod-pointed']]);
  drag('drop', 299, two);
  await settle();
  expect(add).toHaveBeenCalledWith(two);
  expect(search).toHaveBeenCalledTimes(1);
});

it('the drop zone says what will happen, and takes files only', async () => {
  const node = document.createElement('div');
  document.body.append(node);
  const onFiles = jest.fn();
  const remove = addDropZone(node, { text: 'Copied into Street', onFiles });
  const drag = (type: string, dataTransfer: unknown) =>
    fireEvent(
      node,
      Object.assign(new Event(type, { cancelable: true }), { dataTransfer })
    );
  const files = [file('a.jpg')];
  drag('dragover', { types: ['text/plain'] });
  expect(node).toHaveTextContent('');
  expect(drag('dragover', { types: ['Files'], items: [] })).toBe(false);
  expect(node).toHaveTextContent('Copied into Street');
  drag('drop', { types: ['Files'], items: [], files });
  await settle();
  expect(node).toHaveTextContent('');
  expect(onFiles).toHaveBeenCalledWith(files);
  remove();
  drag('dragover', { types: ['Files'], items: [] });
  expect(node).toHaveTextContent('');
});
