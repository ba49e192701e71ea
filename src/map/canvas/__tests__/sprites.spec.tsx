import '@testing-library/jest-dom';
import { act, render } from '@testing-library/react';
import * as React from 'react';
import type { ITile, Level } from '../../../core/client/types';
import { tile, VIEW } from '../../../core/components/__tests__/fakes';
import type { IMapView } from '../useRenderer';
import { Sprites } from '../Sprites';
import {
  fakeHost,
  fakeMap,
  fakeRenderer,
  fakeView,
  PROJECTION
} from '../../__tests__/fakeMap';

jest.mock('../../points/makeWorker', () => ({}));

const REST = 250;

interface ISeen {
  /** Doublings nearer than where all points fit. */
  readonly nearer?: number;
  readonly positions?: readonly number[];
  readonly level?: Level;
  readonly tileOf?: (id: number) => ITile;
}

/** Let the camera rest. */
async function rest(): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(REST));
}

async function open({ nearer = 3, tileOf = tile, ...seen }: ISeen = {}) {
  const level = seen.level ?? 'samples';
  const view = { ...VIEW, level, sort: [{ field: 'path', descending: true }] };
  const tiles = jest.fn(
    async (_: string, __: unknown, ids: readonly number[]) => ({
      version: 1,
      tiles: ids.map(id => tileOf(id))
    })
  );
  const place = await fakeMap({
    positions: seen.positions,
    projections: [{ ...PROJECTION, level }],
    client: { tiles } as never,
    state: { view, shown: view }
  });
  const host = fakeHost();
  const sprites = (view: IMapView): JSX.Element => (
    <Sprites {...place} client={place.context.client} view={view} host={host} />
  );
  const rendered = render(
    sprites(fakeView(place.map, {}, fakeRenderer({ nearer })))
  );
  const draw = (view: IMapView): void => rendered.rerender(sprites(view));
  const pictures = () =>
    [...rendered.container.querySelectorAll('img')].map(({ src, style }) => ({
      src: new URL(src).pathname,
      at: style.transform
    }));
  return { ...place, ...rendered, draw, tiles, pictures };
}

describe('Sprites', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks once the camera rests, for what is in sight only', async () => {
    const { tiles, map, draw, pictures } = await open();
    await act(() => jest.advanceTimersByTimeAsync(REST - 50));
    const renderer = fakeRenderer({ nearer: 3 });
    draw(fakeView(map, { moves: 1 }, renderer));
    await act(() => jest.advanceTimersByTimeAsync(REST - 50));
    expect(tiles).not.toHaveBeenCalled();
    expect(pictures()).toEqual([]);
    await rest();
    expect(tiles).toHaveBeenCalledTimes(1);
    const [dataset, view, ids] = tiles.mock.lastCall!;
    expect(dataset).toBe('blood');
    expect(view).toMatchObject({ level: 'samples', search: null, sort: [] });
    // id 2 has no point
    expect(ids).toEqual([0, 1, 3, 4]);
  });

  it('shows pictures where their points are, none upon another', async () => {
    const { pictures } = await open();
    await rest();
    // 1 lies upon 0
    expect(pictures()).toEqual([
      { src: '/thumb/blood/0', at: 'translate(72px, 29px)' },
      { src: '/thumb/blood/3', at: 'translate(-8px, -11px)' },
      { src: '/thumb/blood/4', at: 'translate(162px, 69px)' }
    ]);
  });

  it('shows objects by their crops', async () => {
    const { pictures, tiles } = await open({
      level: 'annotations',
      tileOf: id => tile(id, { sample_id: 9, crop: id === 0 ? 'c1' : null })
    });
    await rest();
    expect(tiles.mock.lastCall![1]).toMatchObject({ level: 'annotations' });
    expect(pictures().map(({ src }) => src)).toEqual([
      '/crop/blood/0',
      '/thumb/blood/9',
      '/thumb/blood/9'
    ]);
  });

  it('shows none from afar, and takes them away', async () => {
    const { tiles, map, draw, pictures } = await open({ nearer: 0 });
    await rest();
    expect(tiles).not.toHaveBeenCalled();
    draw(fakeView(map, { moves: 1 }, fakeRenderer({ nearer: 2 })));
    await rest();
    expect(pictures()).toHaveLength(3);
    draw(fakeView(map, { moves: 2 }, fakeRenderer({ nearer: 0 })));
    expect(pictures()).toEqual([]);
  });

  it('shows none where too many points are in sight', async () => {
    const { tiles, pictures } = await open({
      positions: Array.from({ length: 162 }, (_, i) => i % 50)
    });
    await rest();
    expect(tiles).not.toHaveBeenCalled();
    expect(pictures()).toEqual([]);
  });

  it('takes away at once what the filter takes out', async () => {
    const { model, pictures } = await open();
    await rest();
    act(() =>
      model.store.setState({ ids: Uint32Array.from([3]), shown: { ...VIEW } })
    );
    expect(pictures().map(({ src }) => src)).toEqual(['/thumb/blood/3']);
  });

  it('goes without pictures that cannot be had', async () => {
    const { tiles, map, draw, pictures } = await open();
    tiles.mockRejectedValueOnce(new Error('no answer'));
    await rest();
    expect(pictures()).toEqual([]);
    draw(fakeView(map, { moves: 1 }, fakeRenderer({ nearer: 3 })));
    await rest();
    expect(pictures()).toHaveLength(3);
  });
});
