import '@testing-library/jest-dom';
import {
  act,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import type { IEmbeddingSpace } from '../client';
import type { IQuery, ISearch } from '../../core/client/types';
import {
  fakeContext,
  fakeEmbeddings,
  fakeModel,
  tile,
  trans,
  VIEW
} from '../../core/components/__tests__/fakes';
import {
  describeSearch,
  type QueryNames
} from '../../core/search/describeSearch';
import { findSimilar } from '../actions';
import { SearchBar } from '../SearchBar';
import { Searches } from '../searches';
import {
  addExamples,
  chooseSpace,
  emptySearch,
  isEmpty,
  removeQuery,
  setQuery,
  similarTo
} from '../searchSpec';

function space(
  name: string,
  change: Partial<IEmbeddingSpace> = {}
): IEmbeddingSpace {
  return {
    space: name,
    level: 'samples',
    model: 'm',
    version: 'v',
    dimension: 4,
    has_text: false,
    settings: {},
    created_at: '1',
    vectors: 1,
    missing: 0,
    index: 'ready',
    ...change
  };
}

const SPACES = [
  space('old'),
  space('new', { created_at: '2' }),
  space('clip', { has_text: true, created_at: '0' }),
  space('objects', { level: 'annotations' })
];

function client(change = {}) {
  return {
    embeddings: fakeEmbeddings({
      spaces: async () => SPACES,
      encode: jest
        .fn()
        .mockResolvedValue({ query: 'q1', text: null, seconds: 0 }),
      ...change
    })
  };
}

describe('the search of a view', () => {
  it('moves examples from one side to the other', () => {
    const search = similarTo(null, 's', [1, 2]);
    expect(search).toMatchObject({ like: [1, 2], k: 100, threshold: null });
    const turned = addExamples(search, 'unlike', [2, 3]);
    expect(turned).toMatchObject({ like: [1], unlike: [2, 3] });
    expect(isEmpty(turned)).toBe(false);
    expect(isEmpty(emptySearch('s'))).toBe(true);
    expect(isEmpty({ ...emptySearch('s'), mode: 'outliers' })).toBe(false);
  });

  it('keeps weights with their queries', () => {
    let search = setQuery(setQuery(emptySearch('s'), 'a'), 'b', -0.5);
    expect(search).toMatchObject({ queries: ['a', 'b'], weights: [1, -0.5] });
    search = removeQuery(setQuery(search, 'a', 2), 'b');
    expect(search).toMatchObject({ queries: ['a'], weights: [2] });
    const bare = { ...search, weights: [] };
    expect(setQuery(bare, 'c').weights).toEqual([1, 1]);
  });

  it('takes the space searched now where it fits, else the newest', () => {
    const name = (...args: Parameters<typeof chooseSpace>) =>
      chooseSpace(...args)?.space;
    expect(name(SPACES, undefined, { level: 'samples' })).toBe('new');
    expect(name(SPACES, 'old', { level: 'samples' })).toBe('old');
    expect(name(SPACES, 'old', { level: 'annotations' })).toBe('objects');
    expect(name(SPACES, 'old', { text: true })).toBe('clip');
    expect(name([], 'old', {})).toBeUndefined();
  });
});

describe('gestures', () => {
  it('find what is like something, then add and exclude', async () => {
    const model = fakeModel();
    const place = { model, client: client() };
    await findSimilar(place, { level: 'samples', ids: [7] });
    const search = model.setSearch.mock.lastCall[0];
    expect(search).toMatchObject({ space: 'new', like: [7] });
    model.store.setState({ view: { ...VIEW, search } });
    await findSimilar(place, { level: 'samples', ids: [8] }, 'unlike');
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      like: [7],
      unlike: [8]
    });
    await findSimilar(place, { level: 'annotations', ids: [9] });
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      space: 'objects',
      like: [9]
    });
  });

  it('say what to do without embeddings', async () => {
    const place = {
      model: fakeModel(),
      client: client({ spaces: async () => [] })
    };
    await expect(
      findSimilar(place, { level: 'samples', ids: [1] })
    ).rejects.toMatchObject({ code: 'SPACE_NOT_FOUND' });
    const searches = new Searches(place.client.embeddings);
    await expect(searches.byText('blood', 'a bus', null)).rejects.toMatchObject(
      {
        code: 'SPACE_NOT_FOUND'
      }
    );
  });

  it('say so where no embeddings know texts', async () => {
    const { embeddings } = client({ spaces: async () => [space('old')] });
    await expect(
      new Searches(embeddings).byText('blood', 'a bus', null)
    ).rejects.toMatchObject({
      code: 'TEXT_UNSUPPORTED',
      message: expect.stringContaining('(old)')
    });
  });

  it('search by text and by an image', async () => {
    const { embeddings } = client();
    const searches = new Searches(embeddings);
    const current = { ...emptySearch('old'), k: 7, like: [1] };
    const found = await searches.byText('blood', 'a red bus', current);
    expect(embeddings.encode).toHaveBeenCalledWith('blood', {
      space: 'clip',
      text: 'a red bus'
    });
    expect(found).toEqual({
      ...emptySearch('clip'),
      k: 7,
      queries: ['q1'],
      weights: [1]
    });
    const file = {
      name: 'mine.jpg',
      arrayBuffer: async () => Uint8Array.from([97, 98, 99]).buffer
    } as File;
    await searches.byImage('blood', file, null);
    expect((embeddings.encode as jest.Mock).mock.lastCall[1]).toEqual({
      space: 'new',
      image: btoa('abc'),
      name: 'mine.jpg'
    });
  });
});

describe('SearchBar', () => {
  function open(search: object, change = {}, shown = tile(1)) {
    const model = fakeModel({
      view: {
        ...VIEW,
        search: { ...emptySearch('new'), ...search }
      }
    });
    const context = fakeContext({
      ...client(change),
      tiles: jest.fn().mockResolvedValue({ version: 1, tiles: [shown] })
    });
    return {
      model,
      ...render(<SearchBar model={model} context={context} />)
    };
  }

  it('is not there while nothing is searched', () => {
    const model = fakeModel();
    const { container } = render(
      <SearchBar model={model} context={fakeContext(client())} />
    );
    expect(container).toBeEmptyDOMElement();
  });

  it('takes parts away, the last one ends the search', async () => {
    const { model } = open({ like: [1], unlike: [2] });
    expect(await screen.findByAltText('image_1.jpg')).toBeVisible();
    expect(screen.getByText('but not')).toBeVisible();
    fireEvent.click(screen.getByLabelText('Remove 2 from the search'));
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      like: [1],
      unlike: []
    });
    model.store.setState({
      view: { ...VIEW, search: { ...emptySearch('new'), like: [1] } }
    });
    fireEvent.click(
      await screen.findByLabelText('Remove image_1.jpg from the search')
    );
    expect(model.setSearch).toHaveBeenLastCalledWith(null);
  });

  it('says what queries were made from', async () => {
    const queries = jest.fn().mockResolvedValue([
      { query: 'q1', kind: 'text', text: 'a red bus' },
      { query: 'q2', kind: 'image', text: 'mine.jpg' },
      { query: 'q3', kind: 'vector', text: null }
    ]);
    const searched = { queries: ['q1', 'q2', 'q3'], weights: [1, 1, 1] };
    const { model } = open(searched, { queries });
    expect(await screen.findByText('“a red bus”')).toBeVisible();
    expect(screen.getByText('mine.jpg')).toBeVisible();
    expect(screen.getByText('query q3')).toBeVisible();
    // Known by now: another weight or one less reads nothing.
    const { search } = model.store.getState().view;
    act(() =>
      model.store.setState({
        view: { ...VIEW, search: removeQuery(search!, 'q2') }
      })
    );
    expect(screen.queryByText('mine.jpg')).toBeNull();
    expect(queries.mock.calls.map(call => call.slice(0, 2))).toEqual([
      ['blood', 'new']
    ]);
  });

  it('shows some of many examples, the rest as one', async () => {
    const like = Array.from({ length: 20 }, (_, i) => i);
    const { model } = open({ like });
    expect(screen.getAllByLabelText(/from the search$/)).toHaveLength(6);
    expect(screen.getByText('+14')).toBeVisible();
    fireEvent.click(screen.getByLabelText('Remove the other examples'));
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      like: [0, 1, 2, 3, 4, 5]
    });
  });

  it('shows objects by their crops', async () => {
    open({ space: 'objects', like: [1] }, {}, tile(1, { crop: 'c1' }));
    await waitFor(() =>
      expect(screen.getByAltText('image_1.jpg').getAttribute('src')).toContain(
        '/crop/blood/1'
      )
    );
  });

  it('names what was drawn, without a least score', () => {
    const { model } = open({ mode: 'outliers' });
    expect(screen.getByText('Farthest from all others')).toBeVisible();
    expect(screen.queryByLabelText(/^Least score/)).toBeNull();
    const most = screen.getByLabelText(/^Found at most/);
    fireEvent.change(most, { target: { value: '7.4' } });
    fireEvent.blur(most);
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      mode: 'outliers',
      k: 7
    });
  });

  it('takes a query away, and a least score on', () => {
    const { model } = open({ queries: ['a', 'b'], weights: [1, 2] });
    const least = screen.getByLabelText(/^Least score/);
    fireEvent.change(least, { target: { value: '3' } });
    fireEvent.blur(least);
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({ threshold: 1 });
    fireEvent.click(screen.getByLabelText('Remove query a'));
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({
      queries: ['b'],
      weights: [2]
    });
  });

  it('sets weights and limits', async () => {
    const { model } = open({ queries: ['abcdefghij'], weights: [1] });
    const weight = screen.getByLabelText(/^Weight of query abcdefgh/);
    fireEvent.change(weight, { target: { value: '-9' } });
    fireEvent.blur(weight);
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({ weights: [-4] });
    const most = screen.getByLabelText(/^Found at most/);
    fireEvent.change(most, { target: { value: '' } });
    fireEvent.keyDown(most, { key: 'Enter' });
    expect(model.setSearch.mock.lastCall[0]).toMatchObject({ k: null });
    fireEvent.click(screen.getByText('End search'));
    expect(model.setSearch).toHaveBeenLastCalledWith(null);
  });
});

describe('describeSearch', () => {
  const describeIt = (change: Partial<ISearch>, names?: QueryNames): string =>
    describeSearch({ ...emptySearch('clip'), ...change }, trans, names);

  it('names examples, and queries as far as they are known', () => {
    const made: IQuery[] = [
      { query: 'q1', kind: 'text', text: 'a red bus' },
      { query: 'q2', kind: 'image', text: 'mine.jpg' },
      { query: 'q3', kind: 'vector', text: null }
    ];
    const queries = ['q1', 'q2', 'q3', 'q4'];
    expect(
      describeIt(
        { like: [1, 2], unlike: [3], queries },
        new Map(made.map(each => [each.query, each]))
      )
    ).toBe(
      'like 2 examples, “a red bus”, mine.jpg, like 2 queries, not like 1 example'
    );
    expect(describeIt({ queries: ['q1'] })).toBe('like 1 query');
  });

  it('names what was drawn', () => {
    expect(describeIt({ mode: 'diverse' })).toBe('diverse sample of 100');
    expect(describeIt({ mode: 'diverse', k: null })).toBe('diverse sample');
    expect(describeIt({ mode: 'outliers', k: 1 })).toBe('1 outlier');
    expect(describeIt({ mode: 'outliers', k: null })).toBe('outliers first');
  });
});
