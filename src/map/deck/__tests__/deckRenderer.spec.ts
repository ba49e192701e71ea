import { readPoints } from '../../points/points';
import type { PointLayer } from '../pointLayer';
import { decks, devices, Resizes, until } from './nullDeck';
import { DEEP, drawn, FLAT, frame, OTHERS, setUp, show } from './setUp';

jest.mock('@luma.gl/webgpu', () => ({ webgpuAdapter: {} }), { virtual: true });
jest.mock('@probe.gl/env', () => ({
  ...jest.requireActual('@probe.gl/env'),
  isBrowser: () => true
}));
jest.mock('@deck.gl/core', () => jest.requireActual('./nullDeck').nullCore());

/** Bytes of five ids: two floats, four bytes of colour, one of state. */
const BYTES = { positions: 40, colors: 20, states: 5 };

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
      expect(
        Object.values(decks[lost + 1].props.viewState as object)
      ).toMatchObject([camera!]);
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
