import { act, render } from '@testing-library/react';
import * as React from 'react';
import { fakeObjectUrls } from '../../../components/__tests__/viewport';
import type { IThumbnail } from '../../../client/context';
import { Thumbnails, useThumbnail } from '../thumbnails';

interface ICall {
  readonly samples: number[];
  readonly signal: AbortSignal;
  /** Answer with an image for each, but none for these. */
  readonly answer: (missing?: number[]) => void;
  readonly fail: () => void;
}

function manual(options: { batch?: number; kept?: number } = {}) {
  const calls: ICall[] = [];
  const thumbnails = (
    _: string,
    wanted: readonly IThumbnail[],
    signal: AbortSignal
  ) =>
    new Promise<(Blob | null)[]>((resolve, reject) => {
      const samples = wanted.map(({ sampleId }) => sampleId);
      calls.push({
        samples,
        signal,
        answer: (missing = []) =>
          resolve(
            samples.map(id => (missing.includes(id) ? null : new Blob(['x'])))
          ),
        fail: () => reject(new Error('no answer'))
      });
    });
  return {
    calls,
    cache: new Thumbnails({ thumbnails } as never, 'd', options)
  };
}

const of = (sampleId: number): IThumbnail => ({ sampleId, version: 'v' });
const settle = (time = 20) =>
  act(async () => void (await jest.advanceTimersByTimeAsync(time)));

let urls: ReturnType<typeof fakeObjectUrls>;

beforeEach(() => {
  jest.useFakeTimers();
  urls = fakeObjectUrls();
});
afterEach(() => jest.useRealTimers());

describe('Thumbnails', () => {
  it('asks for a screenful at once, two requests at a time, each once', async () => {
    const { cache, calls } = manual({ batch: 2 });
    const listener = jest.fn();
    [1, 2, 3, 4, 5].forEach(id => cache.hold(of(id), listener));
    cache.hold(of(1), listener);
    await settle();
    expect(calls.map(call => call.samples)).toEqual([
      [1, 2],
      [3, 4]
    ]);
    calls[0].answer();
    await settle();
    expect(calls[2].samples).toEqual([5]);
    // both who hold the first, and who holds the second
    expect(listener).toHaveBeenCalledTimes(3);
    expect(cache.get(of(1))).toBe(listener.mock.calls[0][0]);
    expect(cache.get(of(3))).toBeUndefined();
    cache.hold(of(1), listener);
    await settle();
    expect(listener).toHaveBeenCalledTimes(4);
    expect(calls).toHaveLength(3);
  });

  it('never asks for one whose tile has passed', async () => {
    const { cache, calls } = manual();
    const letGo = cache.hold(of(1), jest.fn());
    cache.hold(of(2), jest.fn());
    letGo();
    await settle();
    expect(calls.map(call => call.samples)).toEqual([[2]]);
  });

  it('says where there is none, and asks again the next time', async () => {
    const { cache, calls } = manual();
    const listener = jest.fn();
    cache.hold(of(1), listener);
    await settle();
    calls[0].answer([1]);
    await settle();
    expect(listener).toHaveBeenLastCalledWith(null);
    cache.hold(of(2), listener);
    await settle();
    calls[1].fail();
    await settle();
    expect(listener).toHaveBeenCalledTimes(2);
    cache.hold(of(2), listener);
    await settle();
    calls[2].answer();
    await settle();
    expect(listener).toHaveBeenLastCalledWith(cache.get(of(2)));
  });

  it('forgets those held longest ago, never one that is shown', async () => {
    const { cache, calls } = manual({ kept: 2 });
    for (const id of [1, 2, 3, 4]) {
      const letGo = cache.hold(of(id), jest.fn());
      await settle();
      calls[id - 1].answer();
      await settle();
      if (id !== 1) {
        letGo();
      }
    }
    expect([1, 2, 3, 4].filter(id => cache.get(of(id)))).toEqual([1, 4]);
    expect(urls.revoked).toHaveLength(2);
    cache.dispose();
    expect(urls.revoked).toHaveLength(4);
  });

  it('fetches ahead of the tiles, at once', async () => {
    const { cache, calls } = manual();
    cache.fetchAhead([of(1), of(2)]);
    expect(calls.map(call => call.samples)).toEqual([[1, 2]]);
    const listener = jest.fn();
    cache.hold(of(2), listener);
    calls[0].answer();
    await settle();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(calls).toHaveLength(1);
  });

  it('brings what is shown before what comes next', async () => {
    const { cache, calls } = manual({ batch: 2 });
    cache.fetchAhead([1, 2, 3, 4, 5, 6].map(of));
    expect(calls.map(call => call.samples)).toEqual([
      [1, 2],
      [3, 4]
    ]);
    cache.hold(of(9), jest.fn());
    cache.hold(of(6), jest.fn());
    calls[0].answer();
    await settle();
    expect(calls[2].samples).toEqual([9, 6]);
    calls[1].answer();
    await settle();
    expect(calls[3].samples).toEqual([5]);
  });

  it('ends a request of which nothing is wanted any more', async () => {
    const { cache, calls } = manual({ batch: 2 });
    cache.fetchAhead([1, 2, 3].map(of));
    const shown = jest.fn();
    cache.hold(of(3), shown);
    cache.fetchAhead([of(2)]);
    expect(calls[0].signal.aborted).toBe(false);
    cache.fetchAhead([of(8)]);
    expect(calls[0].signal.aborted).toBe(true);
    // one comes back before the request has ended: it is asked for again
    cache.hold(of(1), shown);
    calls[0].fail();
    calls[1].answer();
    await settle();
    expect(calls.slice(1).map(call => call.samples)).toEqual([[3], [1, 8]]);
    calls[2].answer();
    await settle();
    expect(shown).toHaveBeenCalledTimes(2);
    expect(cache.get(of(1))).toBeDefined();
    expect(cache.get(of(2))).toBeUndefined();
  });

  it('stops when it is disposed of', async () => {
    const { cache, calls } = manual();
    cache.hold(of(1), jest.fn());
    await settle();
    cache.dispose();
    expect(calls[0].signal.aborted).toBe(true);
    calls[0].answer();
    await settle();
    expect(urls.made).toHaveLength(0);
  });
});

describe('useThumbnail', () => {
  function Picture(props: {
    cache: Thumbnails;
    sampleId: number;
    moving?: boolean;
  }): JSX.Element {
    const { cache, sampleId, moving = false } = props;
    const scrolling = React.useCallback(() => moving, [moving]);
    const url = useThumbnail(cache, of(sampleId), scrolling);
    return <img src={url ?? undefined} />;
  }

  it('shows at once what is here', async () => {
    const { cache, calls } = manual();
    cache.fetchAhead([of(1)]);
    calls[0].answer();
    await settle();
    const { container } = render(<Picture cache={cache} sampleId={1} moving />);
    expect(container.querySelector('img')).toHaveProperty(
      'src',
      cache.get(of(1))
    );
  });

  it('asks once the tile rests, and never for one that has passed', async () => {
    const { cache, calls } = manual();
    const passed = render(<Picture cache={cache} sampleId={1} moving />);
    render(<Picture cache={cache} sampleId={2} moving />);
    await settle(20);
    expect(calls).toHaveLength(0);
    passed.unmount();
    await settle(100);
    expect(calls.map(call => call.samples)).toEqual([[2]]);
  });

  it('follows its tile', async () => {
    const { cache, calls } = manual();
    const { container, rerender } = render(
      <Picture cache={cache} sampleId={1} />
    );
    await settle();
    calls[0].answer();
    await settle();
    expect(container.querySelector('img')!.src).toBe(cache.get(of(1)));
    rerender(<Picture cache={cache} sampleId={2} />);
    expect(container.querySelector('img')!.getAttribute('src')).toBeNull();
    await settle();
    calls[1].answer();
    await settle();
    expect(container.querySelector('img')!.src).toBe(cache.get(of(2)));
  });
});
