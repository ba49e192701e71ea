import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IEmbeddingSpace } from '../../../embeddings/client';
import type { Filter, IDatasetDetail, IFieldInfo } from '../../client/types';
import {
  DETAIL,
  fakeContext,
  fakeEmbeddings,
  fakeModel,
  VIEW
} from '../../components/__tests__/fakes';
import {
  dragFiles,
  imageFile
} from '../../../ingestion/uploads/__tests__/fakes';
import { pickFiles } from '../../files/imageFiles';
import { SearchBox } from '../SearchBox';

jest.mock('../../files/imageFiles', () => ({
  ...jest.requireActual('../../files/imageFiles'),
  pickFiles: jest.fn()
}));

const VAL: Filter = { op: 'compare', field: 'split', cmp: '=', value: 'val' };
const NAMED: Filter = { op: 'contains', field: 'filename', value: 'img' };

const CLIP = {
  space: 'clip',
  level: 'samples',
  has_text: true,
  created_at: '1'
} as IEmbeddingSpace;

const KNOWN = {
  ...DETAIL,
  class_list: [
    { name: 'red cell', samples: 340 },
    { name: 'platelet', samples: 90 }
  ],
  fields: [...DETAIL.fields, { name: 'path' }, { name: 'caption' }]
} as unknown as IDatasetDetail & { fields: IFieldInfo[] };

function open(filter: Filter | null = null, spaces = [CLIP]) {
  const model = fakeModel({ view: { ...VIEW, filter }, detail: KNOWN });
  const embeddings = fakeEmbeddings({
    spaces: jest.fn(async () => spaces),
    encode: jest.fn().mockResolvedValue({ query: 'q', text: null, seconds: 0 })
  });
  const { container, unmount } = render(
    <SearchBox model={model} context={fakeContext({ embeddings })} />
  );
  const box = screen.getByRole('combobox', { name: 'Search names' });
  const type = (value: string): void => {
    fireEvent.change(box, { target: { value } });
  };
  return { model, embeddings, container, unmount, box, type };
}

/** Let what waits for a pause in typing go on. */
async function pause(): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(250));
}

function option(name: RegExp): HTMLElement {
  return screen.getByRole('option', { name });
}

describe('SearchBox', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('searches names after a pause, beside the other conditions', async () => {
    const { model, type } = open(VAL);
    type('ca');
    await act(() => jest.advanceTimersByTimeAsync(200));
    type(' cat ');
    await act(() => jest.advanceTimersByTimeAsync(200));
    expect(model.setFilter).not.toHaveBeenCalled();
    await pause();
    expect(model.setFilter.mock.calls).toEqual([
      [
        {
          op: 'and',
          args: [VAL, { op: 'contains', field: 'filename', value: 'cat' }]
        },
        'search'
      ]
    ]);
  });

  it('searches at once on Enter, and only once', async () => {
    const { model, box, type } = open();
    type('cat');
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(model.setFilter).toHaveBeenCalledTimes(1);
    act(() =>
      model.store.setState({
        view: { ...VIEW, filter: { ...NAMED, value: 'cat' } as Filter }
      })
    );
    await pause();
    expect(model.setFilter).toHaveBeenCalledTimes(1);
    expect(box).toHaveValue('cat');
  });

  it('shows what is searched, and ends that on Escape', () => {
    const { model, box } = open(NAMED);
    expect(box).toHaveValue('img');
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(model.setFilter).toHaveBeenCalledWith(null, 'search');
    expect(box).toHaveValue('');
  });

  it('searches nothing any more when it is gone', async () => {
    const { model, type, unmount } = open();
    type('cat');
    unmount();
    await pause();
    expect(model.setFilter).not.toHaveBeenCalled();
  });

  it('offers classes and tags with their counts', async () => {
    const { model, box, type } = open(NAMED);
    type('RE');
    await pause();
    expect(option(/red cell/)).toHaveTextContent('340');
    expect(option(/review/)).toHaveTextContent('2');
    expect(screen.queryByRole('option', { name: /platelet/ })).toBeNull();
    fireEvent.click(option(/red cell/));
    expect(model.setFilter).toHaveBeenLastCalledWith(
      expect.objectContaining({ field: 'class' }),
      'search'
    );
    expect(box).toHaveValue('');
  });

  it('searches paths and captions instead', async () => {
    const { model, type } = open();
    type('night');
    await pause();
    expect(option(/Path contains “night”/)).toBeVisible();
    fireEvent.click(option(/Caption contains “night”/));
    expect(model.setFilter).toHaveBeenLastCalledWith(
      { op: 'contains', field: 'caption', value: 'night' },
      'search'
    );
  });

  it('searches by what the text describes, where a model reads text', async () => {
    const { model, embeddings, type, box } = open(NAMED);
    fireEvent.change(box, { target: { value: '' } });
    type('a red bus');
    await pause();
    model.setFilter.mockClear();
    await act(async () => {
      fireEvent.click(option(/What looks like “a red bus”/));
    });
    expect(embeddings.encode).toHaveBeenCalledWith('blood', {
      space: 'clip',
      text: 'a red bus'
    });
    expect(model.setSearch).toHaveBeenCalledWith(
      expect.objectContaining({ space: 'clip', queries: ['q'] })
    );
    // it is not a part of a file name as well
    expect(model.setFilter.mock.calls).toEqual([[null, 'search']]);
    expect(box).toHaveValue('');
  });

  it('says what to do where no model reads text', async () => {
    const spaces = [{ ...CLIP, has_text: false }];
    const { embeddings, model, type } = open(null, spaces);
    type('a red bus');
    await pause();
    expect(embeddings.spaces).toHaveBeenCalledTimes(1);
    await act(async () => {
      fireEvent.click(option(/What looks like/));
    });
    expect(screen.getByRole('alert')).toHaveTextContent(
      /know no texts.*a model of images and text/
    );
    expect(model.setSearch).not.toHaveBeenCalled();
    type('bus');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('does not offer that where there are no embeddings', async () => {
    const { type } = open(null, []);
    type('a red bus');
    await pause();
    expect(screen.queryByRole('option', { name: /looks like/ })).toBeNull();
  });

  it('does not offer that where it is not known', async () => {
    const { embeddings, type } = open();
    (embeddings.spaces as jest.Mock).mockRejectedValue(new Error('no answer'));
    type('a red bus');
    await pause();
    expect(screen.queryByRole('option', { name: /looks like/ })).toBeNull();
  });

  it('searches by an image that is dropped on it, and says why it cannot', async () => {
    const { model, embeddings, container } = open();
    const drop = container.querySelector('.vl-search-drop')!;
    const drag = (type: 'dragover' | 'drop'): Promise<void> =>
      act(async () => {
        dragFiles(drop, type, [imageFile()]);
        await jest.advanceTimersByTimeAsync(10);
      });
    await drag('dragover');
    expect(screen.getByText('Search by this image')).toBeVisible();
    await drag('drop');
    expect(screen.queryByText('Search by this image')).toBeNull();
    expect(embeddings.encode).toHaveBeenCalledWith('blood', {
      space: 'clip',
      image: btoa('a'),
      name: 'mine.jpg'
    });
    expect(model.setSearch).toHaveBeenCalledTimes(1);
    (embeddings.spaces as jest.Mock).mockResolvedValue([]);
    await drag('drop');
    expect(screen.getByRole('alert')).toHaveTextContent(
      'There are no embeddings yet.'
    );
    expect(model.setSearch).toHaveBeenCalledTimes(1);
  });

  it('searches by an image that is chosen, unless none is', async () => {
    const { model, embeddings } = open();
    const button = screen.getByLabelText('Search by an image');
    const click = (): Promise<void> =>
      act(async () => {
        fireEvent.click(button);
        await jest.advanceTimersByTimeAsync(10);
      });
    (pickFiles as jest.Mock).mockResolvedValueOnce([]);
    await click();
    expect(embeddings.encode).not.toHaveBeenCalled();
    (pickFiles as jest.Mock).mockResolvedValueOnce([imageFile()]);
    await click();
    expect(pickFiles).toHaveBeenLastCalledWith(false);
    expect(model.setSearch).toHaveBeenCalledWith(
      expect.objectContaining({ queries: ['q'] })
    );
  });
});
