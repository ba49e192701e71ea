import { VIEW } from '../../../components/__tests__/fakes';
import type { IFacet, IFacets, IFacetsRequest } from '../../../client/types';
import { FacetStore, FIRST_VALUES, MAX_VALUES } from '../facetStore';

function facet(field: string, label = field): IFacet {
  return {
    field,
    level: 'samples',
    type: 'values',
    label,
    values: [],
    distinct: 0,
    bins: [],
    missing: 0,
    low: null,
    high: null
  };
}

function reply(...facets: IFacet[]): IFacets {
  return { version: 1, count: 1, total: 1, facets };
}

/** A client whose replies are given by hand. */
function manual() {
  const calls: {
    request: IFacetsRequest;
    signal: AbortSignal;
    resolve: (facets: IFacets) => void;
    reject: (reason: unknown) => void;
  }[] = [];
  const facets = jest.fn(
    (_: string, request: IFacetsRequest, signal: AbortSignal) =>
      new Promise<IFacets>((resolve, reject) =>
        calls.push({ request, signal, resolve, reject })
      )
  );
  return { client: { facets } as never, calls };
}

const QUESTION = { dataset: 'd', datasetVersion: 1, view: VIEW };
const settle = async () => jest.advanceTimersByTimeAsync(10);

describe('FacetStore', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks once for many quick changes', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    for (const value of ['a', 'b', 'c']) {
      store.ask({
        ...QUESTION,
        view: { ...VIEW, filter: { op: 'null', field: value } }
      });
    }
    await settle();
    expect(calls.map(call => call.request.view?.filter)).toEqual([
      { op: 'null', field: 'c' }
    ]);
  });

  it('does not ask again for another order of the same view', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    store.ask(QUESTION);
    await settle();
    const sort = [{ field: 'filename', descending: true }];
    store.ask({ ...QUESTION, view: { ...VIEW, sort } });
    await settle();
    expect(calls.length).toBe(1);
  });

  it('asks again for what another search finds', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    store.ask(QUESTION);
    await settle();
    const search = { space: 'clip', like: [3], k: 20 };
    store.ask({ ...QUESTION, view: { ...VIEW, search: search as never } });
    await settle();
    expect(calls.length).toBe(2);
    expect(calls[1].request.view?.search).toBe(search);
  });

  it('drops late replies and keeps the last picture', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    store.ask(QUESTION);
    await settle();
    calls[0].resolve(reply(facet('class', 'first')));
    await settle();
    expect(store.get().facets[0].label).toBe('first');

    store.ask({ ...QUESTION, datasetVersion: 2 });
    await settle();
    store.ask({ ...QUESTION, datasetVersion: 3 });
    await settle();
    expect(calls[1].signal.aborted).toBe(true);
    calls[2].resolve(reply(facet('class', 'third')));
    calls[1].resolve(reply(facet('class', 'second')));
    await settle();
    expect(store.get().facets[0].label).toBe('third');
    expect(store.get().loading).toBe(false);
  });

  it('asks deeper for one facet and forgets it with the dataset', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    store.ask(QUESTION);
    store.setDepth('class', { limit: MAX_VALUES, search: 'wb' });
    await settle();
    expect(calls.map(({ request }) => request)).toMatchObject([
      { limit: FIRST_VALUES },
      { fields: ['class'], limit: MAX_VALUES, search: 'wb' }
    ]);
    calls[0].resolve(reply(facet('class', 'few'), facet('split')));
    calls[1].resolve(reply(facet('class', 'many')));
    await settle();
    expect(store.get().facets.map(({ label }) => label)).toEqual([
      'many',
      'split'
    ]);
    store.ask({ ...QUESTION, dataset: 'other' });
    expect(store.get().facets).toEqual([]);
    expect(store.depth('class').limit).toBe(FIRST_VALUES);
  });

  it('reports an error, keeps the picture and asks again', async () => {
    const { client, calls } = manual();
    const store = new FacetStore(client, 5);
    store.ask(QUESTION);
    await settle();
    calls[0].reject(new Error('no answer'));
    await settle();
    expect(store.get().error?.message).toBe('no answer');
    store.retry();
    await settle();
    calls[1].resolve(reply(facet('class')));
    await settle();
    expect(store.get()).toMatchObject({ error: null, loading: false });
  });
});
