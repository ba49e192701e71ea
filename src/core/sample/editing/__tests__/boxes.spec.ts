import { boxBetween, dragged, nudged } from '../boxes';

const IMAGE = { width: 100, height: 50 };
const BOX = { x: 10, y: 10, w: 20, h: 10 };

describe('dragged', () => {
  it.each([
    ['move', 5, -3, { x: 15, y: 7, w: 20, h: 10 }],
    ['e', 5, 9, { x: 10, y: 10, w: 25, h: 10 }],
    ['nw', -4, -5, { x: 6, y: 5, w: 24, h: 15 }],
    ['s', 0, 99, { x: 10, y: 10, w: 20, h: 40 }],
    ['move', -99, 99, { x: 0, y: 40, w: 20, h: 10 }],
    ['w', 30, 0, { x: 30, y: 10, w: 10, h: 10 }],
    ['e', -20, 0, { x: 10, y: 10, w: 1, h: 10 }]
  ] as const)('%s by %d, %d', (handle, dx, dy, expected) => {
    expect(dragged(BOX, handle, dx, dy, IMAGE)).toEqual(expected);
  });

  it('leaves a box that reaches out of the image where it is', () => {
    const out = { x: -5, y: 0, w: 120, h: 10 };
    expect(dragged(out, 'move', 0, 5, IMAGE)).toEqual({ ...out, y: 5 });
    expect(dragged(out, 'e', 3, 0, IMAGE)).toEqual(out);
  });
});

describe('nudged', () => {
  it('moves, and resizes with Shift', () => {
    expect(nudged(BOX, 'ArrowLeft', false, IMAGE)).toEqual({ ...BOX, x: 9 });
    expect(nudged(BOX, 'ArrowDown', true, IMAGE)).toEqual({ ...BOX, h: 11 });
    expect(nudged(BOX, 'x', false, IMAGE)).toBeNull();
  });
});

describe('boxBetween', () => {
  it('is drawn in any direction and stays inside', () => {
    expect(boxBetween({ x: 20, y: 40 }, { x: -7, y: 10 }, IMAGE)).toEqual({
      x: 0,
      y: 10,
      w: 20,
      h: 30
    });
  });
});
