/** Renderers on null decks, in a panel of 800 x 400 pixels, and what they draw. */
import { readPoints, State } from '../../points/points';
import type { IRendererOptions } from '../../canvas/renderer';
import { DeckRenderer } from '../deckRenderer';
import { decks, devices, Resizes, until } from './nullDeck';

/** Five ids, one of them without a point. */
export const FLAT = readPoints(
  Float32Array.from([0, 0, 4, 0, NaN, NaN, 4, 2, 1, 1]),
  2
);
export const OTHERS = readPoints(Float32Array.from([5, 5, 6, 6, 7, 9]), 2);
export const DEEP = readPoints(
  Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]),
  3
);
export const size = { width: 800, height: 400 };
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

export function setUp() {
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
export async function drawn(points = FLAT): Promise<Renderer> {
  const all = setUp();
  show(all, points);
  await frame(all);
  return all;
}

export function show({ renderer }: Renderer, points = FLAT): void {
  renderer.setPoints(points, null);
  renderer.setColors(Uint8Array.from({ length: 4 * points.size }, (_, i) => i));
  renderer.setStates(new Uint8Array(points.size).fill(State.shown));
}

/** Until something was drawn since. */
export async function frame({ options }: Renderer): Promise<void> {
  const { length } = options.onDrawn.mock.calls;
  await until(() => options.onDrawn.mock.calls.length > length);
}
