import '@testing-library/jest-dom';
import { act, fireEvent, screen } from '@testing-library/react';
import { tile } from '../../../core/components/__tests__/fakes';
import {
  type Canvas,
  made,
  openCanvas,
  pass,
  projection,
  settled
} from './setUpCanvas';

jest.mock('../../points/makeWorker', () => ({
  makeWorker: () => new (jest.requireActual('./setUpCanvas').FakeWorker)()
}));
jest.mock('../../deck/load', () => ({
  createRenderer: async (options: never) => {
    const { FakeRenderer } = jest.requireActual('./fakeRenderer');
    const renderer = new FakeRenderer(options);
    jest.requireActual('./setUpCanvas').made.push(renderer);
    return renderer;
  }
}));

beforeEach(() => {
  made.length = 0;
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

const chosen = ({ model }: Canvas): number[] | null =>
  model.select.mock.lastCall ? [...model.select.mock.lastCall[0]].sort() : null;
/** A loop around the two points on the left. */
const LEFT: [number, number][] = [
  [80, 80],
  [120, 80],
  [120, 220],
  [80, 220],
  [80, 90]
];

describe('a lasso', () => {
  it('selects what it encloses and the view holds', async () => {
    const canvas = await openCanvas();
    canvas.setMode('lasso');
    expect(canvas.renderer.setDragging).toHaveBeenLastCalledWith(false);
    canvas.drag(LEFT);
    expect(chosen(canvas)).toEqual([0, 3]);
    expect(canvas.model.select.mock.lastCall[1]).toBe('samples');
    // five is not in the view
    canvas.drag([
      [80, 80],
      [220, 80],
      [220, 220],
      [80, 220]
    ]);
    expect(chosen(canvas)).toEqual([0, 1, 3, 4]);
    expect(canvas.model.select).toHaveBeenCalledTimes(2);
  });

  it('adds with Shift and takes away with Alt', async () => {
    const canvas = await openCanvas({
      state: { selection: { level: 'samples', ids: new Set([0, 1]) } }
    });
    canvas.setMode('lasso');
    canvas.drag(LEFT, { shiftKey: true });
    expect(chosen(canvas)).toEqual([0, 1, 3]);
    canvas.drag(LEFT, { altKey: true });
    expect(chosen(canvas)).toEqual([1]);
  });

  it('is shown while it is drawn, without the small steps', async () => {
    const { host, at, setMode } = await openCanvas();
    setMode('lasso');
    fireEvent.pointerDown(host, at(10, 10));
    expect(host.querySelector('polygon')).toBeNull();
    fireEvent.pointerMove(host, { ...at(11, 11), buttons: 1 });
    fireEvent.pointerMove(host, { ...at(40, 10), buttons: 1 });
    fireEvent.pointerMove(host, { ...at(40, 50), buttons: 1 });
    expect(host.querySelector('polygon')).toHaveAttribute(
      'points',
      '10 10 40 10 40 50'
    );
    fireEvent.pointerUp(host, at(40, 50));
    expect(host.querySelector('polygon')).toBeNull();
  });

  it('that ends on a point where it began is not a click on that point', async () => {
    const canvas = await openCanvas();
    canvas.setMode('lasso');
    canvas.drag([
      [100, 100],
      [210, 90],
      [210, 110],
      [102, 101]
    ]);
    expect(canvas.model.select).toHaveBeenCalledTimes(1);
    expect(chosen(canvas)).toContain(1);
    expect(canvas.model.setFocus).not.toHaveBeenCalled();
  });

  it('is given up with its mode, by a cancelled pointer, and by other buttons', async () => {
    const { host, at, setMode, model } = await openCanvas();
    const draw = (): void => {
      setMode('lasso');
      fireEvent.pointerDown(host, at(80, 80));
      LEFT.slice(1).forEach(([x, y]) =>
        fireEvent.pointerMove(host, { ...at(x, y), buttons: 1 })
      );
      expect(host.querySelector('polygon')).not.toBeNull();
    };
    draw();
    setMode('pan');
    expect(host.querySelector('polygon')).toBeNull();
    fireEvent.pointerUp(host, at(80, 90));
    draw();
    fireEvent.pointerCancel(host, at(80, 90));
    fireEvent.pointerUp(host, at(80, 90));
    fireEvent.pointerDown(host, { ...at(80, 80), button: 2 });
    fireEvent.pointerMove(host, { ...at(180, 180), buttons: 2 });
    fireEvent.pointerUp(host, { ...at(180, 180), button: 2 });
    expect(model.select).not.toHaveBeenCalled();
  });

  it('goes through the screen where there are three dimensions', async () => {
    const canvas = await openCanvas({
      projections: [projection({ dimensions: 3 })],
      positions: () => [10, -10, 5, 20, -10, 9, NaN, NaN, NaN, 10, -20, -7]
    });
    canvas.setMode('lasso');
    canvas.drag(LEFT);
    expect(chosen(canvas)).toEqual([0, 3]);
  });
});

describe('a box', () => {
  it.each([
    ['downwards', 80, 80, 120, 220],
    ['upwards', 120, 220, 80, 80]
  ])('drawn %s selects what it covers', async (_, x1, y1, x2, y2) => {
    const canvas = await openCanvas();
    const { host, at } = canvas;
    canvas.setMode('box');
    fireEvent.pointerDown(host, at(x1, y1));
    fireEvent.pointerMove(host, { ...at(300, 300), buttons: 1 });
    fireEvent.pointerMove(host, { ...at(x2, y2), buttons: 1 });
    const rect = host.querySelector('rect')!;
    const sides = ['x', 'y', 'width', 'height'].map(name =>
      Number(rect.getAttribute(name))
    );
    expect(sides).toEqual([80, 80, 40, 140]);
    fireEvent.pointerUp(host, at(x2, y2));
    expect(chosen(canvas)).toEqual([0, 3]);
  });

  it('of some pixels is a click', async () => {
    const canvas = await openCanvas();
    canvas.setMode('box');
    canvas.drag([
      [200, 100],
      [202, 103]
    ]);
    expect(chosen(canvas)).toEqual([1]);
    expect(canvas.model.setFocus).toHaveBeenLastCalledWith(1);
  });
});

describe('a click', () => {
  it('selects the nearest point of the view, and joins with a key', async () => {
    const canvas = await openCanvas();
    canvas.drag([[106, 105]]);
    expect(chosen(canvas)).toEqual([0]);
    expect(canvas.model.setFocus).toHaveBeenLastCalledWith(0);
    act(() =>
      canvas.model.store.setState({
        selection: { level: 'samples', ids: new Set([0]) }
      })
    );
    canvas.drag([[200, 100]], { ctrlKey: true });
    expect(chosen(canvas)).toEqual([0, 1]);
    canvas.drag([[100, 100]], { metaKey: true });
    expect(chosen(canvas)).toEqual([]);
    expect(canvas.model.setFocus).toHaveBeenCalledTimes(1);
  });

  it('beside the points, on a masked one, or after dragging selects nothing', async () => {
    const canvas = await openCanvas();
    canvas.drag([[120, 120]]);
    canvas.drag([[150, 150]]);
    canvas.drag([
      [100, 100],
      [160, 160],
      [100, 100]
    ]);
    expect(canvas.model.select).not.toHaveBeenCalled();
  });

  it('on an object takes the focus to its image, a double one opens it', async () => {
    const canvas = await openCanvas({ level: 'annotations' });
    canvas.hover(100, 100);
    await pass(200);
    canvas.drag([[200, 100]]);
    await settled();
    expect(chosen(canvas)).toEqual([1]);
    expect(canvas.model.select.mock.lastCall[1]).toBe('annotations');
    // of the point that was clicked, not the one that was hovered
    expect(canvas.model.setFocus).toHaveBeenLastCalledWith(71);
    fireEvent.doubleClick(canvas.host, canvas.at(200, 100));
    await settled();
    expect(canvas.opened).toEqual([{ dataset: 'blood', workspace: 'w' }]);
    fireEvent.doubleClick(canvas.host, canvas.at(120, 120));
    await settled();
    expect(canvas.opened).toHaveLength(1);
  });

  it('that is double opens an image without asking for it', async () => {
    const canvas = await openCanvas();
    fireEvent.doubleClick(canvas.host, canvas.at(200, 200));
    expect(canvas.model.setFocus).toHaveBeenLastCalledWith(4);
    expect(canvas.opened).toHaveLength(1);
    expect(canvas.tiles).not.toHaveBeenCalled();
  });
});

describe('the point under the pointer', () => {
  it('has a ring at once, and a card when the pointer rests', async () => {
    const canvas = await openCanvas();
    const { host, tiles } = canvas;
    canvas.hover(104, 98);
    expect(host).toHaveAttribute('data-hover', '0');
    expect(host).toHaveClass('vl-mod-over');
    expect(host.querySelector<HTMLElement>('.vl-map-ring')!.style.left).toBe(
      '100px'
    );
    await pass(60);
    canvas.hover(200, 104);
    await pass(100);
    expect(tiles).not.toHaveBeenCalled();
    await pass(60);
    expect(tiles.mock.calls.map(call => call[2])).toEqual([[1]]);
    expect(screen.getByText('image_1.jpg')).toBeVisible();
    expect(document.querySelector('.vl-map-thumbnail')).toHaveAttribute(
      'src',
      '/thumb/blood/71?v=v1'
    );
    // known from now on
    canvas.hover(300, 300);
    expect(screen.queryByText('image_1.jpg')).toBeNull();
    canvas.hover(200, 100);
    expect(screen.getByText('image_1.jpg')).toBeVisible();
    await pass(500);
    expect(tiles).toHaveBeenCalledTimes(1);
  });

  it('goes with the pointer, a press and a drag, not with a context menu', async () => {
    const canvas = await openCanvas();
    const { host, at } = canvas;
    const over = (): boolean => host.hasAttribute('data-hover');
    const start = (): void => {
      canvas.hover(100, 100);
      expect(over()).toBe(true);
    };
    start();
    fireEvent.pointerDown(host, { ...at(100, 100), button: 2 });
    expect(over()).toBe(true);
    fireEvent.pointerDown(host, at(100, 100));
    expect(over()).toBe(false);
    start();
    canvas.hover(101, 100, { buttons: 1 });
    expect(over()).toBe(false);
    start();
    canvas.hover(101, 100, { pointerType: 'touch' });
    expect(over()).toBe(false);
    start();
    fireEvent.pointerOut(host, { ...at(0, 0), relatedTarget: document.body });
    expect(over()).toBe(false);
  });

  it('shows the part of the image that an object is', async () => {
    const canvas = await openCanvas({ level: 'annotations' });
    canvas.hover(100, 100);
    await pass(200);
    expect(document.querySelector('.vl-map-thumbnail')).toHaveAttribute(
      'src',
      '/crop/blood/0?size=256'
    );
    expect(canvas.tiles.mock.lastCall[1]).toMatchObject({
      level: 'annotations'
    });
  });

  it('is asked for again when the dataset has changed, and may be gone', async () => {
    const canvas = await openCanvas();
    canvas.hover(100, 100);
    await pass(200);
    canvas.tiles.mockResolvedValueOnce({ version: 2, tiles: [] });
    act(() => canvas.model.store.setState({ datasetVersion: 2 }));
    await pass(200);
    expect(canvas.tiles).toHaveBeenCalledTimes(2);
    expect(screen.queryByText('image_0.jpg')).toBeNull();
    canvas.tiles.mockRejectedValueOnce(new Error('gone'));
    canvas.hover(200, 100);
    await pass(200);
    expect(canvas.tiles).toHaveBeenCalledTimes(3);
    expect(canvas.host).toHaveAttribute('data-hover', '1');
  });

  it('is none of another projection', async () => {
    const canvas = await openCanvas({
      positions: name => (name === 'p1' ? [0, 0, 10, -10] : [1, -1])
    });
    act(() => canvas.model.store.setState({ ids: Uint32Array.from([0, 1]) }));
    canvas.hover(100, 100);
    expect(canvas.host).toHaveAttribute('data-hover', '1');
    await act(async () => canvas.map.show(projection({ projection: 'p2' })));
    expect(canvas.host).not.toHaveAttribute('data-hover');
    expect(canvas.host.querySelector('.vl-map-ring')).toBeNull();
  });

  it('remembers no more than some', async () => {
    const many = 310;
    const canvas = await openCanvas({
      positions: () =>
        Array.from({ length: 2 * many }, (_, i) => (i % 2 ? 0 : 5 * (i >> 1))),
      state: { ids: Uint32Array.from({ length: many }, (_, i) => i) },
      tiles: jest.fn(async (_d: string, _v: unknown, [id]: number[]) => ({
        version: 1,
        tiles: [tile(id)]
      }))
    });
    for (let id = 0; id < many; id++) {
      canvas.hover(50 * id, 0);
      await pass(130);
    }
    expect(canvas.tiles).toHaveBeenCalledTimes(many);
    canvas.hover(50 * (many - 300), 0);
    await pass(130);
    expect(canvas.tiles).toHaveBeenCalledTimes(many);
    canvas.hover(0, 0);
    await pass(130);
    expect(canvas.tiles).toHaveBeenCalledTimes(many + 1);
  });
});

it('says that the graphics context was lost', async () => {
  const { renderer } = await openCanvas();
  act(() => renderer.options.onLost(true));
  expect(screen.getByRole('status')).toHaveTextContent('lost');
  act(() => renderer.options.onLost(false));
  expect(screen.queryByRole('status')).toBeNull();
});
