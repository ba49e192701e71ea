/** Boxes under the pointer and the keys; all in pixels of the image. */
import type { IRect, ISize } from '../../components/placement';

/** The side or corner that is dragged, by points of the compass; `move`: the whole box. */
export type Handle = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw' | 'move';

export const HANDLES: readonly Exclude<Handle, 'move'>[] = [
  'nw',
  'n',
  'ne',
  'e',
  'se',
  's',
  'sw',
  'w'
];

/** The smallest side of a box that is drawn. */
export const SMALLEST = 1;

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The box between two points, inside the image. */
export function boxBetween(
  a: { x: number; y: number },
  b: { x: number; y: number },
  image: ISize
): IRect {
  const [left, right] = [a.x, b.x]
    .map(x => within(x, 0, image.width))
    .sort((one, other) => one - other);
  const [top, bottom] = [a.y, b.y]
    .map(y => within(y, 0, image.height))
    .sort((one, other) => one - other);
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/**
 * A box of which one handle was dragged.
 *
 * It stays inside the image as far as it was; a side dragged over the opposite one turns it round.
 */
export function dragged(
  box: IRect,
  handle: Handle,
  dx: number,
  dy: number,
  image: ISize
): IRect {
  if (handle === 'move') {
    const x = within(
      box.x + dx,
      Math.min(0, box.x),
      Math.max(image.width - box.w, box.x)
    );
    const y = within(
      box.y + dy,
      Math.min(0, box.y),
      Math.max(image.height - box.h, box.y)
    );
    return { ...box, x, y };
  }
  let [left, right] = [box.x, box.x + box.w];
  let [top, bottom] = [box.y, box.y + box.h];
  const edge = (value: number, change: number, limit: number): number =>
    within(value + change, Math.min(0, value), Math.max(limit, value));
  if (handle.includes('w')) {
    left = edge(left, dx, image.width);
  }
  if (handle.includes('e')) {
    right = edge(right, dx, image.width);
  }
  if (handle.includes('n')) {
    top = edge(top, dy, image.height);
  }
  if (handle.includes('s')) {
    bottom = edge(bottom, dy, image.height);
  }
  return {
    x: Math.min(left, right),
    y: Math.min(top, bottom),
    w: Math.max(Math.abs(right - left), SMALLEST),
    h: Math.max(Math.abs(bottom - top), SMALLEST)
  };
}

/** What an arrow key does to a box: moves it, with Shift resizes it at its right and bottom. */
export function nudged(
  box: IRect,
  key: string,
  resize: boolean,
  image: ISize
): IRect | null {
  const step = STEPS[key];
  return step === undefined
    ? null
    : dragged(box, resize ? 'se' : 'move', step[0], step[1], image);
}

const STEPS: Record<string, readonly [number, number] | undefined> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
};

export function sameBox(a: IRect, b: IRect): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
}
