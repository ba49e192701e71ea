/** Labels edited in the sample panel, by pointer and by keys. */
import '@testing-library/jest-dom';
import {
  act,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../client/errors';
import type { IAnnotation } from '../../client/types';
import {
  annotation,
  fakeContext,
  fakeModel
} from '../../components/__tests__/fakes';
import { fakeViewport } from '../../components/__tests__/viewport';
import { SamplePanel } from '../SamplePanel';

const DONE = {
  version: 2,
  changed: 1,
  added: [] as number[],
  description: 'Moved 1 annotation',
  can_undo: true,
  can_redo: false
};

/** A sample of 400 x 200 pixels in a viewport of 200 x 200: half size, 50 below the top. */
async function open(annotations: IAnnotation[] = [annotation(1)]) {
  const labels = {
    edit: jest.fn().mockResolvedValue(DONE),
    undo: jest.fn().mockResolvedValue({ ...DONE, can_undo: false }),
    redo: jest.fn().mockResolvedValue(DONE),
    history: jest.fn().mockResolvedValue([])
  };
  const sample = jest.fn(async (_: string, id: number) => ({
    sample_id: id,
    filename: 'image.jpg',
    uri: '/image.jpg',
    width: 400,
    height: 200,
    split: null,
    tags: [],
    thumbnail: null,
    color: null,
    fields: {},
    annotations
  }));
  const model = fakeModel({ focus: 102 });
  const context = fakeContext({ sample: sample as never, labels });
  const { container } = render(<SamplePanel model={model} context={context} />);
  await screen.findByRole('img');
  const body = container.querySelector('.vl-sample-body')!;
  await act(async () => {
    fireEvent.keyDown(body, { key: 'e' });
  });
  const key = (name: string, more = {}): void => {
    fireEvent.keyDown(body, { key: name, ...more });
  };
  const pointer = (
    target: Element,
    type: string,
    clientX: number,
    clientY: number
  ): void => {
    fireEvent(
      target,
      new MouseEvent(type, { bubbles: true, clientX, clientY, button: 0 })
    );
  };
  const choose = (id: number): void => {
    fireEvent.click(container.querySelector(`tr[data-id="${id}"]`)!);
  };
  return { container, labels, sample, model, key, pointer, choose };
}

describe('editing labels', () => {
  beforeEach(() => fakeViewport(200, 200));
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('resizes a box by its handles', async () => {
    const { container, labels, model, pointer, choose } = await open();
    choose(1);
    const handle = container.querySelector('[data-handle="se"]')!;
    const svg = container.querySelector('.vl-box-editor')!;
    pointer(handle, 'pointerdown', 20, 80);
    pointer(svg, 'pointermove', 30, 85);
    expect(screen.getByText('x 10, y 20, 50 × 50 pixels')).toBeVisible();
    pointer(svg, 'pointerup', 30, 85);
    expect(labels.edit).toHaveBeenCalledWith('blood', {
      edits: [{ annotation_id: 1, box: [10, 20, 50, 50] }]
    });
    await waitFor(() => expect(model.refresh).toHaveBeenCalled());
  });

  it('moves a box by keys and sends it once', async () => {
    const { labels, key, choose } = await open();
    jest.useFakeTimers();
    choose(1);
    key('ArrowRight');
    key('ArrowRight');
    key('ArrowDown', { shiftKey: true });
    expect(labels.edit).not.toHaveBeenCalled();
    await act(async () => {
      jest.runAllTimers();
    });
    expect(labels.edit.mock.calls).toEqual([
      ['blood', { edits: [{ annotation_id: 1, box: [12, 20, 30, 41] }] }]
    ]);
  });

  it('draws a box of the class that was named', async () => {
    const { container, labels, key, pointer } = await open();
    labels.edit.mockResolvedValue({ ...DONE, added: [9] });
    const name = screen.getByLabelText('Class of new boxes');
    fireEvent.change(name, { target: { value: 'RBC' } });
    fireEvent.keyDown(name, { key: 'Enter' });
    key('n');
    const paper = container.querySelector('.vl-box-paper')!;
    pointer(paper, 'pointerdown', 100, 100);
    pointer(paper, 'pointermove', 150, 120);
    pointer(paper, 'pointerup', 150, 120);
    await waitFor(() =>
      expect(labels.edit).toHaveBeenCalledWith('blood', {
        edits: [{ sample_id: 102, box: [200, 100, 100, 40], class_name: 'RBC' }]
      })
    );
    expect(container.querySelector('.vl-box-paper')).toBeNull();
  });

  it('gives another class and deletes', async () => {
    const { labels, key, choose } = await open();
    choose(1);
    const name = screen.getByLabelText('Class of the label');
    expect(name).toHaveValue('WBC');
    fireEvent.change(name, { target: { value: 'RBC' } });
    await act(async () => {
      fireEvent.keyDown(name, { key: 'Enter' });
    });
    await act(async () => key('Delete'));
    expect(labels.edit.mock.calls.map(call => call[1].edits[0])).toEqual([
      { annotation_id: 1, class_name: 'RBC' },
      { annotation_id: 1, delete: true }
    ]);
  });

  it('takes back and does again', async () => {
    const { labels, choose, key } = await open();
    expect(screen.getByText('Undo')).toBeDisabled();
    choose(1);
    await act(async () => key('Delete'));
    await act(async () => {
      fireEvent.click(screen.getByText('Undo'));
    });
    expect(labels.undo).toHaveBeenCalledWith('blood');
    expect(screen.getByText('Undo')).toBeDisabled();
  });

  it('leaves predictions, and shapes without a box, as they are', async () => {
    const { container, choose } = await open([
      annotation(1, { source: 'run-a' }),
      annotation(2, { kind: 'mask' })
    ]);
    choose(1);
    expect(
      screen.getByText('A prediction: only ground truth is edited.')
    ).toBeVisible();
    choose(2);
    expect(
      screen.getByText('It has no box that could be moved.')
    ).toBeVisible();
    expect(container.querySelector('.vl-box-handle')).toBeNull();
  });

  it('shows what the server refuses, and the box where it was', async () => {
    const { labels, key, choose } = await open();
    const error = {
      code: 'DATASET_READ_ONLY',
      message: 'It is open for reading only.',
      hint: '',
      details: {},
      request_id: null
    };
    labels.edit.mockRejectedValue(new VisionLensError(error, 403));
    choose(1);
    await act(async () => key('Delete'));
    expect(
      await screen.findByText('It is open for reading only.')
    ).toBeVisible();
  });

  it('lets go with Escape, then stops', async () => {
    const { container, key, choose, model } = await open();
    choose(1);
    key('Escape');
    expect(container.querySelector('.vl-box-handle')).toBeNull();
    key('Escape');
    expect(container.querySelector('.vl-mod-editing')).toBeNull();
    expect(model.clearSelection).not.toHaveBeenCalled();
  });
});
