import '@testing-library/jest-dom';
import { ServerConnection } from '@jupyterlab/services';
import {
  act,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../client/errors';
import type { ISampleDetail } from '../../client/types';
import {
  annotation,
  fakeContext,
  fakeModel
} from '../../components/__tests__/fakes';
import { fakeViewport } from '../../components/__tests__/viewport';
import type { IWorkspaceState } from '../../workspace/types';
import { fieldText } from '../Metadata';
import { SamplePanel } from '../SamplePanel';

function detail(id: number): ISampleDetail {
  return {
    sample_id: id,
    filename: `image_${id}.jpg`,
    uri: `/data/image_${id}.jpg`,
    width: 400,
    height: 200,
    split: 'test',
    tags: ['review'],
    thumbnail: 'v1',
    color: '#112233',
    fields: {
      bytes: 31234,
      brightness: 171.2345,
      captured_at: '2026-03-01T14:05:00Z'
    },
    annotations: [
      annotation(1),
      annotation(2, { class: 'RBC' }),
      annotation(3, { source: 'run-a', confidence: 0.876 })
    ]
  };
}

function open(change: Partial<IWorkspaceState> = {}, client = {}) {
  const sample = jest.fn(async (_: string, id: number) => detail(id));
  const tag = jest.fn().mockResolvedValue({ version: 2, changed: 1 });
  const context = fakeContext({ sample: sample as never, tag, ...client });
  const model = fakeModel({ focus: 102, ...change });
  const view = render(<SamplePanel model={model} context={context} />);
  return { ...view, model, context, sample, tag };
}

const image = (): HTMLImageElement => screen.getByRole('img');
const body = (container: HTMLElement): Element =>
  container.querySelector('.vl-sample-body')!;

describe('SamplePanel', () => {
  beforeEach(() => fakeViewport(200, 200));
  afterEach(() => jest.restoreAllMocks());

  it('shows the sample in focus, its place and its fields', async () => {
    const { container } = open();
    await screen.findByText('3rd of 10 · image_102.jpg');
    expect(image()).toHaveAttribute('src', '/image/blood/102');
    expect(container.querySelector('.vl-header-line')).toHaveTextContent(
      '10 of 364 samples, 0 selected'
    );
    const rows = Array.from(
      container.querySelectorAll('.vl-metadata tr'),
      row => row.textContent
    );
    expect(rows).toEqual([
      'Splittest',
      'Width400',
      'Height200',
      'Bytes31.2 kB',
      'Brightness171.2',
      'Captured_at2026-03-01 14:05',
      'Address/data/image_102.jpg'
    ]);
  });

  it('follows the focus and drops late replies', async () => {
    const waiting = new Map<number, () => void>();
    const sample = jest.fn(
      (_: string, id: number) =>
        new Promise(resolve => waiting.set(id, () => resolve(detail(id))))
    );
    const { model } = open({}, { sample });
    act(() => model.store.setState({ focus: 103 }));
    await act(async () => {
      waiting.get(103)!();
      waiting.get(102)!();
    });
    expect(screen.getByText('4th of 10 · image_103.jpg')).toBeVisible();
    act(() => model.store.setState({ focus: 7 }));
    await act(async () => waiting.get(7)!());
    expect(screen.getByText('not in the view · image_7.jpg')).toBeVisible();
  });

  it('moves through the view by buttons and arrows', async () => {
    const { container, model } = open();
    await screen.findByRole('img');
    fireEvent.click(container.querySelector('.vl-sample-next')!);
    fireEvent.click(container.querySelector('.vl-sample-prev')!);
    fireEvent.keyDown(body(container), { key: 'ArrowRight' });
    fireEvent.keyDown(screen.getByLabelText('Tag'), { key: 'ArrowRight' });
    expect(model.moveFocus.mock.calls).toEqual([[1], [-1], [1]]);
  });

  it('zooms, and stays zoomed on the next sample', async () => {
    const { container, model } = open();
    await screen.findByRole('img');
    expect(image().style.width).toBe('200px');
    fireEvent.keyDown(body(container), { key: '1' });
    expect(image().style.width).toBe('400px');
    fireEvent.click(screen.getByLabelText('Zoom in'));
    expect(image().style.width).toBe('600px');
    act(() => model.store.setState({ focus: 103 }));
    await screen.findByText('4th of 10 · image_103.jpg');
    expect(image().style.width).toBe('600px');
    fireEvent.wheel(container.querySelector('.vl-viewer')!, { deltaY: 200 });
    expect(parseFloat(image().style.width)).toBeLessThan(600);
    fireEvent.keyDown(body(container), { key: '0' });
    expect(image().style.width).toBe('200px');
  });

  it('moves the image by dragging', async () => {
    const { container } = open();
    await screen.findByRole('img');
    fireEvent.keyDown(body(container), { key: '1' });
    const viewer = container.querySelector<HTMLElement>('.vl-viewer')!;
    viewer.setPointerCapture = jest.fn();
    const pointer = (type: string, clientX: number): void => {
      fireEvent(viewer, new MouseEvent(type, { bubbles: true, clientX }));
    };
    expect(image().style.transform).toBe('translate(-100px, 0px)');
    pointer('pointerdown', 50);
    pointer('pointermove', 80);
    pointer('pointerup', 80);
    pointer('pointermove', 10);
    expect(image().style.transform).toBe('translate(-70px, 0px)');
  });

  it('lists annotations, highlights and hides them', async () => {
    const { container } = open();
    await screen.findByRole('img');
    const rows = (): string[] =>
      Array.from(
        container.querySelectorAll('.vl-annotations tbody tr'),
        row => row.textContent ?? ''
      );
    expect(rows()).toEqual([
      ' WBCground truth30 × 40',
      ' RBCground truth30 × 40',
      ' WBCrun-a0.8830 × 40'
    ]);
    const first = container.querySelector('[data-id="1"]')!;
    fireEvent.focus(first);
    expect(first).toHaveClass('vl-mod-highlight');
    fireEvent.click(screen.getByRole('button', { name: /run-a/ }));
    expect(rows().length).toBe(2);
    fireEvent.click(screen.getByRole('button', { name: /WBC/ }));
    expect(rows()).toEqual([' RBCground truth30 × 40']);
    fireEvent.click(screen.getByRole('button', { name: /RBC/ }));
    expect(
      screen.getByText('All are hidden, in the legend or by the conditions.')
    ).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: /WBC/ }));
    expect(rows().length).toBe(1);
  });

  it('tags the sample it shows', async () => {
    const { model, tag, sample } = open();
    await screen.findByRole('img');
    fireEvent.change(screen.getByLabelText('Tag'), {
      target: { value: 'hard' }
    });
    fireEvent.click(screen.getByText('Add'));
    await waitFor(() => expect(model.refresh).toHaveBeenCalledTimes(1));
    expect(tag).toHaveBeenLastCalledWith('blood', {
      tag: 'hard',
      remove: false,
      level: 'samples',
      ids: [102]
    });
    fireEvent.click(screen.getByLabelText('Remove tag review'));
    await waitFor(() => expect(model.refresh).toHaveBeenCalledTimes(2));
    expect(tag.mock.calls[1][1]).toMatchObject({ tag: 'review', remove: true });
    expect(sample.mock.calls.length).toBeGreaterThan(1);
  });

  it('says why an image is missing', async () => {
    open();
    await screen.findByRole('img');
    jest.spyOn(ServerConnection, 'makeRequest').mockResolvedValue({
      ok: false,
      json: async () => ({
        code: 'IMAGE_MISSING',
        message: 'The image is gone.',
        hint: 'Check that the image folder is still where it was.',
        details: {},
        request_id: 'r'
      })
    } as Response);
    fireEvent.error(image());
    expect(await screen.findByText('The image is gone.')).toBeVisible();
    expect(
      screen.getByText('Check that the image folder is still where it was.')
    ).toBeVisible();
  });

  it('names an image the browser cannot show', async () => {
    open();
    await screen.findByRole('img');
    jest
      .spyOn(ServerConnection, 'makeRequest')
      .mockRejectedValue(new Error('offline'));
    fireEvent.error(image());
    expect(
      await screen.findByText('The browser could not show this image.')
    ).toBeVisible();
  });

  it('shows an error of the server and asks again', async () => {
    const body = {
      code: 'ID_UNKNOWN',
      message: 'There is no sample 102.',
      hint: '',
      details: {},
      request_id: null
    };
    const sample = jest
      .fn()
      .mockRejectedValueOnce(new VisionLensError(body, 404))
      .mockResolvedValue(detail(102));
    open({}, { sample });
    expect(await screen.findByText('There is no sample 102.')).toBeVisible();
    fireEvent.click(screen.getByText('Try again'));
    expect(await screen.findByRole('img')).toBeVisible();
    expect(screen.queryByText('There is no sample 102.')).toBeNull();
  });

  it('says how to get a sample when there is none', () => {
    const { sample } = open({ focus: null });
    expect(screen.getByText(/Double-click a tile/)).toBeVisible();
    expect(sample).not.toHaveBeenCalled();
  });
});

describe('fieldText', () => {
  it.each([
    ['bytes', 'integer', 31234, '31.2 kB'],
    ['sample_id', 'integer', 12345, '12345'],
    ['night', 'boolean', false, 'false'],
    ['captured_at', 'timestamp', '2026-03-01T14:05:00Z', '2026-03-01 14:05'],
    ['other', undefined, { a: [1] }, '{"a":[1]}']
  ] as const)('%s', (name, type, value, text) => {
    expect(fieldText(name, type, value)).toBe(text);
  });
});
