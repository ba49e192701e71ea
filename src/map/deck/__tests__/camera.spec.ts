import { decks, Resizes } from './nullDeck';
import { DEEP, drawn, FLAT, setUp, size } from './setUp';

jest.mock('@luma.gl/webgpu', () => ({ webgpuAdapter: {} }), { virtual: true });
jest.mock('@probe.gl/env', () => ({
  ...jest.requireActual('@probe.gl/env'),
  isBrowser: () => true
}));
jest.mock('@deck.gl/core', () => jest.requireActual('./nullDeck').nullCore());

describe('the camera', () => {
  it('shows all points, moves, and comes back', () => {
    const { renderer, options } = setUp();
    expect(renderer.camera).toBeNull();
    renderer.zoomBy(1);
    renderer.panBy(1, 1);
    renderer.fit(null);
    expect(options.onCamera).not.toHaveBeenCalled();
    renderer.setPoints(FLAT, null);
    const whole = renderer.camera!;
    expect(whole.target).toEqual([2, 1, 0]);
    expect(1 / renderer.unit).toBeCloseTo((0.88 * 400) / 2);
    renderer.zoomBy(4);
    expect(renderer.nearer).toBeCloseTo(2);
    renderer.panBy(0.5, -0.25);
    expect(renderer.camera!.target[0]).toBeCloseTo(2 + 400 * renderer.unit);
    expect(renderer.camera!.target[1]).toBeCloseTo(1 - 100 * renderer.unit);
    expect(options.onCamera.mock.lastCall[0]).toBe(renderer.camera);
    expect(options.onCamera).toHaveBeenCalledTimes(3);
    renderer.fit(null);
    expect(renderer.camera).toEqual(whole);
    expect(renderer.nearer).toBeCloseTo(0);
  });

  it('fits an area, a single point no nearer than eight doublings', () => {
    const { renderer } = setUp();
    renderer.setPoints(FLAT, null);
    renderer.fit({ low: [3, 1], high: [4, 2] });
    expect(renderer.camera!.target).toEqual([3.5, 1.5, 0]);
    expect(renderer.nearer).toBeCloseTo(1);
    renderer.fit({ low: [4, 2], high: [4, 2] });
    expect(renderer.nearer).toBeCloseTo(8);
  });

  it('stays where it was left, within reach of the whole', () => {
    const { renderer, options } = setUp();
    const camera = { target: [1, 1, 0], zoom: 9 } as const;
    renderer.setPoints(FLAT, camera);
    expect(renderer.camera).toEqual(camera);
    // pictures and names over the points are placed by it
    expect(options.onCamera).toHaveBeenCalledWith(camera);
    const whole = 9 - renderer.nearer;
    expect(2 ** whole).toBeCloseTo(176);
    const [view] = Object.values(decks[0].props.viewState as object);
    expect(view.minZoom).toBeCloseTo(whole - 3);
    expect(view.maxZoom).toBeCloseTo(whole + 16);
  });

  it('follows the pointer', async () => {
    const { renderer, options } = await drawn();
    const { onViewStateChange } = decks[0].props;
    const change = (viewState: object): unknown =>
      onViewStateChange({ viewState } as never);
    change({ target: [3, 2], zoom: [7, 7] });
    expect(renderer.camera).toEqual({ target: [3, 2, 0], zoom: 7 });
    expect(options.onCamera.mock.lastCall[0]).toBe(renderer.camera);
    expect(Object.values(decks[0].props.viewState as object)).toMatchObject([
      { target: [3, 2, 0], zoom: 7 }
    ]);
    renderer.setPoints(DEEP, null);
    change({ target: [0, 0, 1], zoom: 5, rotationX: 45, rotationOrbit: 90 });
    renderer.fit({ low: [0, 0, 0], high: [1, 1, 0] });
    expect(renderer.camera).toMatchObject({
      target: [0.5, 0.5, 0],
      rotationX: 45,
      rotationOrbit: 90
    });
    renderer.fit(null);
    expect(renderer.camera).toMatchObject({ rotationX: 20 });
  });

  it('is not dragged while a lasso is drawn', () => {
    const { renderer } = setUp();
    const controller = () =>
      (decks[0].props.views as never as { props: { controller: object } }).props
        .controller;
    expect(controller()).toMatchObject({ dragPan: true, dragRotate: true });
    renderer.setDragging(false);
    expect(controller()).toMatchObject({ dragPan: false, dragRotate: false });
  });

  it('fits a panel of any size until it is moved, and tells of every other size', () => {
    size.width = 0;
    const { renderer, options, host } = setUp();
    const [resizes] = Resizes.of(host);
    resizes.call();
    renderer.setPoints(FLAT, null);
    resizes.call();
    expect(renderer.camera).toBeNull();
    expect(renderer.project([0, 0])).toEqual([NaN, NaN]);
    expect(renderer.projectAll().values).toHaveLength(0);
    size.width = 800;
    resizes.call();
    expect(renderer.nearer).toBeCloseTo(0);
    size.width = 200;
    resizes.call();
    expect(renderer.camera!.zoom).toBeCloseTo(Math.log2((0.88 * 200) / 4));
    renderer.zoomBy(1);
    const { camera } = renderer;
    const { length } = options.onCamera.mock.calls;
    size.width = 600;
    resizes.call();
    expect(renderer.camera).toBe(camera);
    expect(options.onCamera.mock.calls.slice(length)).toEqual([[camera]]);
  });

  it('knows how near it is after it was kept for a hidden panel', () => {
    size.width = 0;
    const { renderer, host } = setUp();
    renderer.setPoints(FLAT, { target: [1, 1, 0], zoom: 9 });
    size.width = 800;
    Resizes.of(host)[0].call();
    expect(renderer.nearer).toBeCloseTo(9 - Math.log2(176));
  });
});

describe('a view', () => {
  it('of another kind has another name, so that the controller before it goes', () => {
    const { renderer } = setUp();
    const name = (): string =>
      (decks[0].props.views as never as { id: string }).id;
    renderer.setPoints(FLAT, null);
    const flat = name();
    renderer.setPoints(DEEP, null);
    expect(name()).not.toBe(flat);
    expect(Object.keys(decks[0].props.viewState as object)).toEqual([name()]);
    renderer.setPoints(FLAT, null);
    expect(name()).toBe(flat);
  });
});

describe('places', () => {
  it('of pixels are those that are drawn there', () => {
    const { renderer } = setUp();
    expect(renderer.projectAll().values).toHaveLength(0);
    renderer.setPoints(FLAT, null);
    renderer.panBy(0.1, 0.2);
    const [x, y] = renderer.project([4, 2]);
    const [px, py] = renderer.unproject(x, y);
    expect(px).toBeCloseTo(4);
    expect(py).toBeCloseTo(2);
    // y grows upwards on the map
    expect(renderer.project([0, 2])[1]).toBeLessThan(
      renderer.project([0, 0])[1]
    );
  });

  it.each([
    ['two', FLAT],
    ['three', DEEP]
  ])('of all points agree with those of one, in %s dimensions', (_, points) => {
    const { renderer } = setUp();
    renderer.setPoints(points, null);
    const { values, stride } = renderer.projectAll();
    expect(values).toHaveLength(stride * points.size);
    const { positions, dimensions } = points;
    for (const id of [0, 1, 3, 4]) {
      const at = id * dimensions;
      const [x, y] = renderer.project([
        ...positions.subarray(at, at + dimensions)
      ]);
      expect(values[id * stride]).toBeCloseTo(x, 2);
      expect(values[id * stride + 1]).toBeCloseTo(y, 2);
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(800);
    }
    if (points === FLAT) {
      expect(values[4]).toBeNaN();
    }
  });
});
