import { readPoints, State } from '../../points';
import type { IRendererOptions } from '../../renderer';
import { DeckRenderer } from '../deckRenderer';
import type { PointLayer } from '../pointLayer';
import { decks, devices, Resizes, until } from './nullDeck';

jest.mock('@luma.gl/webgpu', () => ({ webgpuAdapter: {} }), { virtual: true });
jest.mock('@probe.gl/env', () => ({
  ...jest.requireActual('@probe.gl/env'),
  isBrowser: () => true
}));
jest.mock('@deck.gl/core', () => jest.requireActual('./nullDeck').nullCore());

/** Five ids, one of them without a point. */
const FLAT = readPoints(
  Float32Array.from([0, 0, 4, 0, NaN, NaN, 4, 2, 1, 1]),
  2
);
const OTHERS = readPoints(Float32Array.from([5, 5, 6, 6, 7, 9]), 2);
const DEEP = readPoints(
  Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]),
  3
);
/** Bytes of five ids: two floats, four bytes of colour, one of state. */
const BYTES = { positions: 40, colors: 20, states: 5 };

const size = { width: 800, height: 400 };
const ratio = window.devicePixelRatio;
let made: DeckRenderer[] = [];

beforeAll(() => {
  window.ResizeObserver = Resizes as never;
  const { prototype } = HTMLElement;
  Object.defineProperty(prototype, 'clientWidth', { get: () => size.width });
  Object.defineProperty(prototype, 'clientHeight', { get: () => size.height });
});

beforeEach(() => {
  Object.assign(size, { width: 800, height: 400 });
  devices.length = decks.length = 0;
});

afterEach(() => {
  made.forEach(each => each.dispose());
  made = [];
  window.devicePixelRatio = ratio;
  jest.restoreAllMocks();
});

function setUp() {
  const host = document.createElement('div');
  document.body.append(host);
  const options = {
    host,
    onCamera: jest.fn(),
    onLost: jest.fn(),
    onError: jest.fn(),
    onDrawn: jest.fn()
  } satisfies IRendererOptions;
  const renderer = new DeckRenderer(options);
  made.push(renderer);
  return { host, options, renderer };
}

type Renderer = ReturnType<typeof setUp>;

/** A renderer that has drawn five points. */
async function drawn(points = FLAT): Promise<Renderer> {
  const all = setUp();
  show(all, points);
  await frame(all);
  return all;
}

function show({ renderer }: Renderer, points = FLAT): void {
  renderer.setPoints(points, null);
  renderer.setColors(Uint8Array.from({ length: 4 * points.size }, (_, i) => i));
  renderer.setStates(new Uint8Array(points.size).fill(State.shown));
}

/** Until something was drawn since. */
async function frame({ options }: Renderer): Promise<void> {
  const { length } = options.onDrawn.mock.calls;
  await until(() => options.onDrawn.mock.calls.length > length);
}

const buffer = (byteLength: number, device = devices[0]) => {
  const live = device.vertices.filter(
    each => each.byteLength === byteLength && !each.destroyed
  );
  expect(live).toHaveLength(1);
  return live[0];
};
const writes = () => Object.values(BYTES).map(bytes => buffer(bytes).writes);
const layer = () => (decks[0].props.layers as unknown as [PointLayer])[0];

describe('what goes to the device', () => {
  it('is each attribute once', async () => {
    const { options, host } = await drawn();
    expect(options.onError).not.toHaveBeenCalled();
    expect(options.onLost.mock.calls).toEqual([[false]]);
    expect(devices[0].vertices.map(each => each.byteLength).sort()).toEqual([
      20, 40, 5
    ]);
    expect(writes()).toEqual([0, 0, 0]);
    expect(buffer(BYTES.states).bytes).toEqual([2, 2, 2, 2, 2]);
    expect(host.querySelectorAll('canvas[aria-hidden=true]')).toHaveLength(1);
  });

  it('is the states alone when a filter or a selection changes', async () => {
    const all = await drawn();
    const states = Uint8Array.from([3, 1, 0, 2, 1]);
    all.renderer.setStates(states);
    await frame(all);
    expect(writes()).toEqual([0, 0, 1]);
    expect(buffer(BYTES.states).bytes).toEqual([3, 1, 0, 2, 1]);
    // the same array, filled anew
    states.fill(1);
    all.renderer.setStates(states);
    await frame(all);
    expect(writes()).toEqual([0, 0, 2]);
    expect(buffer(BYTES.states).bytes).toEqual([1, 1, 1, 1, 1]);
  });

  it('is the colours alone when another field colours', async () => {
    const all = await drawn();
    all.renderer.setColors(new Uint8Array(20).fill(7));
    await frame(all);
    expect(writes()).toEqual([0, 1, 0]);
    expect(buffer(BYTES.colors).bytes).toEqual(new Array(20).fill(7));
  });

  it('is nothing when the camera moves or the style changes', async () => {
    const all = await drawn();
    all.renderer.zoomBy(1);
    all.renderer.setEmphasis(true);
    all.renderer.restyle();
    await frame(all);
    expect(writes()).toEqual([0, 0, 0]);
    expect(devices[0].vertices).toHaveLength(3);
  });

  it('is all of it for other points, what was there being freed', async () => {
    const all = await drawn();
    const before = [...devices[0].vertices];
    show(all, OTHERS);
    await frame(all);
    expect(before.map(each => each.destroyed)).toEqual([true, true, true]);
    expect(buffer(24).bytes).toEqual([
      ...new Uint8Array(OTHERS.positions.buffer)
    ]);
    expect(buffer(12).bytes[11]).toBe(11);
    expect(buffer(3).writes).toBe(0);
    expect(layer().state.model?.vertexCount).toBe(3);
  });

  it('is nothing before colours and states of the same points are there', async () => {
    const all = setUp();
    all.renderer.setPoints(FLAT, null);
    all.renderer.setColors(new Uint8Array(20));
    await frame(all);
    expect(devices[0].vertices).toHaveLength(0);
    all.renderer.setStates(new Uint8Array(5));
    await frame(all);
    all.renderer.setPoints(OTHERS, null);
    await frame(all);
    expect(devices[0].vertices.every(each => each.destroyed)).toBe(true);
  });

  it('takes points of three dimensions after those of two, and none at all', async () => {
    const all = await drawn();
    const before = [...devices[0].vertices];
    show(all, DEEP);
    await frame(all);
    expect(before.every(each => each.destroyed)).toBe(true);
    expect(buffer(60).writes).toBe(0);
    show(all, readPoints(new Float32Array(), 3));
    await frame(all);
    expect(layer().state.model?.vertexCount).toBe(0);
    expect(all.options.onError).not.toHaveBeenCalled();
  });
});

describe('the style', () => {
  const style = () => layer().props.style!;

  it('lets the rest step back behind a selection', async () => {
    const all = await drawn();
    const { opacity } = style();
    all.renderer.setEmphasis(true);
    expect(style().opacity).toBeCloseTo(0.55 * opacity);
    await frame(all);
    const { cloud } = layer().state.model!.shaderInputs.getUniformValues();
    expect(cloud).toMatchObject({ opacity: style().opacity, pixelRatio: 1 });
  });

  it("takes the ring's colour from the theme again when that changes", async () => {
    const color = jest.spyOn(window, 'getComputedStyle');
    color.mockReturnValue({ color: 'rgb(255, 0, 51)' } as never);
    const all = await drawn();
    expect(style().ring).toEqual([1, 0, 0.2]);
    color.mockReturnValue({ color: 'color(none)' } as never);
    all.renderer.setEmphasis(true);
    expect(style().ring).toEqual([1, 0, 0.2]);
    all.renderer.restyle();
    expect(style().ring[0]).toBeCloseTo(128 / 255);
    expect(all.host.querySelectorAll('span')).toHaveLength(0);
  });

  it('draws at two device pixels per pixel at most, many points at one', async () => {
    window.devicePixelRatio = 3;
    const all = await drawn();
    expect(decks[0].props.useDevicePixels).toBe(2);
    expect(layer().props.pixelRatio).toBe(2);
    show(all, readPoints(new Float32Array(2 * 200_001), 2));
    expect(decks[0].props.useDevicePixels).toBe(1);
    expect(layer().props.pixelRatio).toBe(1);
    window.devicePixelRatio = 1;
    show(all, FLAT);
    expect(decks[0].props.useDevicePixels).toBe(1);
  });
});

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
    const { map } = decks[0].props.viewState as never as {
      map: { minZoom: number; maxZoom: number };
    };
    expect(map.minZoom).toBeCloseTo(whole - 3);
    expect(map.maxZoom).toBeCloseTo(whole + 16);
  });

  it('follows the pointer', async () => {
    const { renderer, options } = await drawn();
    const { onViewStateChange } = decks[0].props;
    const change = (viewState: object): unknown =>
      onViewStateChange({ viewState } as never);
    change({ target: [3, 2], zoom: [7, 7] });
    expect(renderer.camera).toEqual({ target: [3, 2, 0], zoom: 7 });
    expect(options.onCamera.mock.lastCall[0]).toBe(renderer.camera);
    expect(decks[0].props.viewState).toMatchObject({
      map: { target: [3, 2, 0], zoom: 7 }
    });
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

  it('fits once a hidden panel gets a size, and tells of every other', () => {
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

describe('a graphics context', () => {
  it('that is lost is made again with everything as it was', async () => {
    const all = await drawn();
    const { renderer, options, host } = all;
    renderer.zoomBy(3);
    renderer.setStates(Uint8Array.from([3, 3, 0, 1, 2]));
    const { camera } = renderer;
    const canvas = host.querySelector('canvas');
    for (const lost of [0, 1]) {
      options.onLost.mockClear();
      devices[lost].lose();
      await until(() => options.onLost.mock.calls.length === 2);
      expect(options.onLost.mock.calls).toEqual([[true], [false]]);
      await frame(all);
      const [old, device] = devices.slice(lost);
      expect(old.vertices.every(each => each.destroyed)).toBe(true);
      expect(buffer(BYTES.states, device).bytes).toEqual([3, 3, 0, 1, 2]);
      expect(buffer(BYTES.colors, device).bytes[19]).toBe(19);
      expect(buffer(BYTES.positions, device).bytes).toEqual([
        ...new Uint8Array(FLAT.positions.buffer)
      ]);
      expect(renderer.camera).toBe(camera);
      expect(decks[lost + 1].props.viewState).toMatchObject({ map: camera! });
    }
    expect(host.querySelectorAll('canvas')).toHaveLength(1);
    expect(host.querySelector('canvas')).not.toBe(canvas);
    expect(devices).toHaveLength(3);
  });

  it('is given back with everything on it', async () => {
    const { renderer, options, host } = await drawn();
    expect(renderer.name).not.toBe('');
    renderer.dispose();
    expect(devices[0].vertices.every(each => each.destroyed)).toBe(true);
    expect(devices[0].loseDevice).toHaveBeenCalledTimes(1);
    expect(host.childElementCount).toBe(0);
    expect(Resizes.of(host)).toHaveLength(0);
    devices[0].lose();
    await Promise.resolve();
    renderer.setStates(new Uint8Array(5));
    renderer.setDragging(false);
    renderer.zoomBy(1);
    expect(devices).toHaveLength(1);
    expect(options.onLost.mock.calls).toEqual([[false]]);
  });

  it('that cannot be made is told', async () => {
    const { options } = await drawn();
    const error = new Error('no context');
    decks[0].props.onError?.(error);
    expect(options.onError).toHaveBeenCalledWith(error);
  });
});
