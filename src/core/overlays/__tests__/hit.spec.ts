import { parseGeometry } from '../geometry';
import { distanceToLine, hitTest, ringContains } from '../hit';
import type { IRect } from '../../components/placement';
import type { IShape } from '../shapes';
import { random } from './masks';

function shape(
  id: number,
  rect: IRect,
  kind = 'box',
  geometry: unknown = null
): IShape {
  return {
    id,
    rect,
    geometry: parseGeometry(kind, geometry, [[0, 1]]),
    class: 'a',
    source: 'ground_truth',
    confidence: null,
    crowd: false,
    matching: true
  };
}

const ALL = { x: 0, y: 0, w: 100, h: 100 };

describe('ringContains', () => {
  it('agrees with the half planes of random triangles', () => {
    const next = random(1);
    const side = (a: number[], b: number[], p: number[]): number =>
      Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
    for (let i = 0; i < 1000; i++) {
      const [a, b, c, p] = Array.from({ length: 4 }, () => [next(), next()]);
      const sides = new Set([side(a, b, p), side(b, c, p), side(c, a, p)]);
      expect(ringContains([...a, ...b, ...c], p[0], p[1])).toBe(
        sides.size === 1
      );
    }
  });

  it('leaves the notch of a concave ring out', () => {
    const ring = [0, 0, 10, 0, 10, 10, 5, 2, 0, 10];
    expect(ringContains(ring, 5, 1)).toBe(true);
    expect(ringContains(ring, 5, 6)).toBe(false);
  });
});

describe('distanceToLine', () => {
  it('ends where the line ends', () => {
    expect(distanceToLine(5, 3, [0, 0, 10, 0])).toBe(3);
    expect(distanceToLine(13, 4, [0, 0, 10, 0])).toBe(5);
    expect(distanceToLine(3, 4, [0, 0, 0, 0])).toBe(5);
  });
});

describe('hitTest', () => {
  it('takes the smallest, of equal ones the last', () => {
    const small = { x: 10, y: 10, w: 20, h: 20 };
    const shapes = [shape(1, small), shape(2, ALL), shape(3, small)];
    expect(hitTest(shapes, 15, 15, 0)?.id).toBe(3);
    expect(hitTest(shapes, 50, 50, 0)?.id).toBe(2);
    expect(hitTest(shapes, 102, 50, 4)?.id).toBe(2);
    expect(hitTest(shapes, 102, 50, 1)).toBeNull();
  });

  it('looks into polygons and masks, not at their boxes', () => {
    const parts = [
      [0, 0, 20, 0, 0, 20],
      [80, 80, 100, 80, 100, 100]
    ];
    const polygon = shape(1, ALL, 'polygon', parts);
    expect(hitTest([polygon], 4, 4, 0)?.id).toBe(1);
    expect(hitTest([polygon], 98, 85, 0)?.id).toBe(1);
    expect(hitTest([polygon], 50, 50, 0)).toBeNull();
    const mask = shape(2, ALL, 'mask', {
      counts: [5050, 1, 4949],
      size: [100, 100]
    });
    expect(hitTest([mask], 50.5, 50.5, 0)?.id).toBe(2);
    expect(hitTest([mask], 51.5, 50.5, 0)).toBeNull();
  });

  it('reaches points and limbs beyond the box', () => {
    const rect = { x: 10, y: 10, w: 10, h: 10 };
    const points = [10, 10, 2, 40, 10, 1, 0, 0, 0];
    const person = shape(1, rect, 'keypoints', points);
    expect(hitTest([person], 41, 11, 2)?.id).toBe(1);
    expect(hitTest([person], 30, 11, 2)?.id).toBe(1);
    expect(hitTest([person], 0, 0, 2)).toBeNull();
  });

  it('never takes a class of the whole image', () => {
    expect(hitTest([shape(1, ALL, 'classification')], 5, 5, 2)).toBeNull();
  });
});
