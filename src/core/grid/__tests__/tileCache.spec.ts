import { tile, VIEW } from '../../components/__tests__/fakes';
import type { ITiles, IViewSpec } from '../../client/types';
import { TileCache } from '../tileCache';

function manual() {
  const calls: {
    ids: number[];
    view: IViewSpec;
    signal: AbortSignal;
    answer: (name?: string) => void;
    fail: (reason: Error) => void;
  }[] = [];
  const tiles = (
    _: string,
    view: IViewSpec,
    ids: number[],
    _options: unknown,
    signal: AbortSignal
  ) =>
    new Promise<ITiles>((resolve, reject) =>
      calls.push({
        ids,
        view,
        signal,
        answer: (filename = 'a') =>
          resolve({ version: 1, tiles: ids.map(id => tile(id, { filename })) }),
        fail: reject
      })
    );
  return { client: { tiles } as never, calls };
}

const SOURCE = { dataset: 'd', datasetVersion: 1, view: VIEW, geometry: false };
const settle = async () => jest.advanceTimersByTimeAsync(20);

describe('TileCache', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('fetches what is on the screen when scrolling rests, in pages, once', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { page: 2, delay: 5 });
    const changed = jest.fn();
    cache.subscribe(changed);
    cache.follow(SOURCE);
    cache.want([90, 91]);
    cache.want([1, 2, 3]);
    await settle();
    expect(calls.map(call => call.ids)).toEqual([[1, 2]]);
    calls[0].answer();
    await settle();
    expect(calls[1].ids).toEqual([3]);
    calls[1].answer();
    await settle();
    cache.want([2, 3]);
    await settle();
    expect(calls.length).toBe(2);
    expect(cache.get(3)?.filename).toBe('a');
    expect(cache.get(90)).toBeUndefined();
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('shows old tiles of the dataset until the new version is here', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { delay: 5 });
    cache.follow(SOURCE);
    cache.want([1]);
    await settle();
    calls[0].answer('old');
    await settle();
    cache.follow({ ...SOURCE, datasetVersion: 2 });
    await settle();
    expect(cache.get(1)?.filename).toBe('old');
    calls[1].answer('new');
    await settle();
    expect(cache.get(1)?.filename).toBe('new');
  });

  it('ignores the order of the view', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { delay: 5 });
    cache.follow(SOURCE);
    cache.want([1]);
    await settle();
    calls[0].answer();
    const sort = [{ field: 'filename', descending: false }];
    cache.follow({ ...SOURCE, view: { ...VIEW, sort } });
    await settle();
    expect(calls.length).toBe(1);
  });

  it('never shows a sample where an annotation belongs', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { delay: 5 });
    cache.follow(SOURCE);
    cache.want([1]);
    await settle();
    calls[0].answer();
    await settle();
    cache.follow({ ...SOURCE, view: { ...VIEW, level: 'annotations' } });
    expect(cache.get(1)).toBeUndefined();
  });

  it('drops replies for a view that is gone', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { delay: 5 });
    cache.follow(SOURCE);
    cache.want([1]);
    await settle();
    cache.follow({ ...SOURCE, datasetVersion: 2 });
    await settle();
    expect(calls[0].signal.aborted).toBe(true);
    calls[1].answer('new');
    calls[0].answer('late');
    await settle();
    expect(cache.get(1)?.filename).toBe('new');
  });

  it('forgets the tiles not seen for longest, never those on the screen', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { capacity: 2, delay: 5 });
    cache.follow(SOURCE);
    for (const ids of [[1], [2], [1], [3]]) {
      cache.want(ids);
      await settle();
      calls[calls.length - 1].answer();
      await settle();
    }
    expect([1, 2, 3].filter(id => cache.get(id))).toEqual([1, 3]);
    cache.want([4, 5, 6]);
    await settle();
    calls[calls.length - 1].answer();
    await settle();
    expect([4, 5, 6].every(id => cache.get(id))).toBe(true);
  });

  it('stops at an error until asked again', async () => {
    const { client, calls } = manual();
    const cache = new TileCache(client, { delay: 5 });
    cache.follow(SOURCE);
    cache.want([1]);
    await settle();
    calls[0].fail(new Error('no answer'));
    await settle();
    expect(cache.error?.message).toBe('no answer');
    cache.want([1]);
    await settle();
    expect(calls.length).toBe(1);
    cache.retry();
    await settle();
    calls[1].answer();
    await settle();
    expect(cache.error).toBeNull();
    expect(cache.get(1)).toBeDefined();
  });
});
