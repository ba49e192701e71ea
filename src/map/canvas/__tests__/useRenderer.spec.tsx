import { act } from '@testing-library/react';
import type { FakeRenderer } from './fakeRenderer';
import {
  FakeWorker,
  made,
  openCanvas,
  pass,
  projection,
  settled
} from './setUpCanvas';

const mockCreate = jest.fn();
const mockWorkers: FakeWorker[] = [];
jest.mock('../../points/makeWorker', () => ({
  makeWorker: () => {
    const worker = new (jest.requireActual('./setUpCanvas').FakeWorker)();
    mockWorkers.push(worker);
    return worker;
  }
}));
jest.mock('../../deck/load', () => ({
  createRenderer: (options: unknown) => mockCreate(options)
}));

const make = async (options: never): Promise<FakeRenderer> => {
  const { FakeRenderer } = jest.requireActual('./fakeRenderer');
  const renderer = new FakeRenderer(options);
  made.push(renderer);
  return renderer;
};

beforeEach(() => {
  mockCreate.mockImplementation(make);
  mockWorkers.length = made.length = 0;
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

const P2 = projection({ projection: 'p2' });
const DEEP = projection({ projection: 'deep', dimensions: 3 });
const LINE = [10, -10, 5, 20, -10, 9, 10, -20, -7];

describe('what the renderer is given', () => {
  it('is all once, then the states alone', async () => {
    const { renderer, model, map } = await openCanvas();
    const calls = () =>
      [renderer.setPoints, renderer.setColors, renderer.setStates].map(
        each => each.mock.calls.length
      );
    expect(calls()).toEqual([1, 1, 1]);
    expect([...renderer.setStates.mock.lastCall[0]]).toEqual([
      2, 2, 0, 2, 2, 1
    ]);
    expect(renderer.setEmphasis).toHaveBeenLastCalledWith(false);

    act(() =>
      model.store.setState({
        selection: { level: 'samples', ids: new Set([1]) }
      })
    );
    expect(calls()).toEqual([1, 1, 2]);
    expect([...renderer.setStates.mock.lastCall[0]]).toEqual([
      2, 3, 0, 2, 2, 1
    ]);
    expect(renderer.setEmphasis).toHaveBeenLastCalledWith(true);

    act(() => model.store.setState({ ids: Uint32Array.from([5]) }));
    expect(calls()).toEqual([1, 1, 3]);
    await act(async () => map.colorBy(null));
    expect(calls()).toEqual([1, 1, 3]);
    await act(async () => map.show(P2));
    expect(calls()).toEqual([2, 2, 4]);
    expect(mockCreate).toHaveBeenCalledTimes(1);
  });

  it('is the camera a projection was left with, in the same panel and the next', async () => {
    const { renderer, map, page } = await openCanvas({
      projections: [projection({ projection: 'kept' })]
    });
    expect(renderer.setPoints.mock.lastCall![1]).toBeNull();
    const camera = { target: [3, 4, 0], zoom: 7 } as const;
    act(() => renderer.move(camera));
    await act(async () => map.show(projection({ projection: 'else' })));
    expect(renderer.setPoints.mock.lastCall![1]).toBeNull();
    const other = { target: [1, 1, 0], zoom: 2 } as const;
    act(() => renderer.move(other));
    await act(async () => map.show(projection({ projection: 'kept' })));
    expect(renderer.setPoints.mock.lastCall![1]).toBe(camera);
    page.unmount();
    const next = await openCanvas({
      projections: [projection({ projection: 'else' })]
    });
    expect(next.renderer.setPoints.mock.lastCall![1]).toBe(other);
  });

  it('is a new colour of the ring with another theme', async () => {
    const { renderer, page } = await openCanvas();
    expect(renderer.restyle).not.toHaveBeenCalled();
    document.body.dataset.jpThemeName = 'JupyterLab Dark';
    await settled();
    expect(renderer.restyle).toHaveBeenCalledTimes(1);
    page.unmount();
    document.body.dataset.jpThemeName = 'JupyterLab Light';
    await settled();
    expect(renderer.restyle).toHaveBeenCalledTimes(1);
  });
});

describe('areas', () => {
  it('are those of the selection, of the view, or everything', async () => {
    const { renderer, model, view } = await openCanvas();
    view().fitSelection();
    expect(renderer.fit).toHaveBeenLastCalledWith({
      low: [10, -20],
      high: [20, -10]
    });
    act(() =>
      model.store.setState({
        selection: { level: 'samples', ids: new Set([1]) }
      })
    );
    view().fitSelection();
    expect(renderer.fit).toHaveBeenLastCalledWith({
      low: [20, -10],
      high: [20, -10]
    });
    view().reset();
    expect(renderer.fit).toHaveBeenLastCalledWith(null);
  });
});

describe('points in three dimensions', () => {
  it('are found where they are on the screen, once the camera rests', async () => {
    const { renderer, view } = await openCanvas({
      projections: [DEEP],
      positions: () => LINE,
      state: { ids: Uint32Array.from([0, 1, 2]) }
    });
    await pass(200);
    expect(view().pick(203, 102, 9)).toBe(1);
    const before = renderer.projectAll.mock.calls.length;
    // turned: everything lies fifty pixels to the right
    renderer.project = ([x, y]) => [10 * x + 50, -10 * y];
    for (let i = 0; i < 3; i++) {
      act(() => renderer.move({ target: [0, 0, 0], zoom: i }));
      await pass(100);
      // not where it was, not yet where it is
      expect(view().pick(203, 102, 9)).toBeNull();
      expect(view().pick(253, 102, 9)).toBeNull();
    }
    await pass(100);
    expect(view().pick(253, 102, 9)).toBe(1);
    expect(view().pick(203, 102, 9)).toBeNull();
    expect(renderer.projectAll).toHaveBeenCalledTimes(before + 1);
    const { plane, polygon } = view().plane([1, 2, 3, 4]);
    expect(polygon).toEqual([1, 2, 3, 4]);
    expect([...plane.values]).toEqual([150, 100, 250, 100, 150, 200]);
  });

  it('stay sorted in two dimensions however the camera moves', async () => {
    const { renderer, view } = await openCanvas();
    act(() => renderer.move({ target: [9, 9, 0], zoom: 3 }));
    expect(view().pick(203, 102, 9)).toBe(1);
    await pass(500);
    expect(renderer.projectAll).not.toHaveBeenCalled();
  });
});

describe('the renderer', () => {
  it('is freed with the panel, its worker too', async () => {
    const { renderer, page, host } = await openCanvas();
    renderer.options.onDrawn();
    renderer.options.onDrawn();
    expect(host.dataset).toMatchObject({ frames: '2', renderer: 'fake' });
    expect(mockWorkers).toHaveLength(1);
    page.unmount();
    expect(renderer.dispose).toHaveBeenCalledTimes(1);
    expect(mockWorkers[0].terminate).toHaveBeenCalledTimes(1);
  });

  it('is freed when it comes after the panel went', async () => {
    let come: () => void = () => undefined;
    mockCreate.mockImplementation(async options => {
      await new Promise<void>(resolve => (come = resolve));
      return make(options as never);
    });
    const { page, view } = await openCanvas();
    expect(view().renderer).toBeNull();
    expect(view().pick(100, 100, 9)).toBeNull();
    expect(view().plane([0, 0, 9, 9])).toEqual({
      plane: { values: new Float32Array(), stride: 2 },
      grid: null,
      polygon: []
    });
    view().fitSelection();
    view().reset();
    page.unmount();
    come();
    await settled();
    expect(made[0].dispose).toHaveBeenCalledTimes(1);
    expect(made[0].setPoints).not.toHaveBeenCalled();
  });

  it('that fails is told', async () => {
    mockCreate.mockRejectedValue(new Error('no WebGL'));
    const { view } = await openCanvas();
    expect(view().error?.message).toBe('no WebGL');
    mockCreate.mockImplementation(make);
    const { renderer, view: other } = await openCanvas();
    act(() => renderer.options.onError(new Error('lost it')));
    expect(other().error?.message).toBe('lost it');
  });
});
