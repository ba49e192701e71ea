import type { IColoring } from '../../../embeddings/client';
import { density, labelAnchors, levels } from '../density';
import { readPoints } from '../points';
import { random } from './random';

/** Two clouds of 500 around (0, 0) and (10, 4). */
function clouds() {
  const next = random(4);
  const values = new Float32Array(2000);
  for (let id = 0; id < 1000; id++) {
    const [x, y] = id < 500 ? [0, 0] : [10, 4];
    values[2 * id] = x + next() + next() - 1;
    values[2 * id + 1] = y + next() + next() - 1;
  }
  return readPoints(values, 2);
}

describe('density', () => {
  it('loses no point, and is highest where they are', () => {
    const points = clouds();
    const states = new Uint8Array(1000).fill(2);
    const found = density(points, states);
    const sum = found.values.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1000, 6);
    const at = found.values.indexOf(Math.max(...found.values));
    const x = found.left + ((at % found.columns) + 0.5) * found.cell;
    expect(Math.min(Math.abs(x), Math.abs(x - 10))).toBeLessThan(0.7);
    expect(levels(found)).toHaveLength(4);
    expect(levels(density(points, states.fill(1)))).toEqual([]);
  });
});

describe('labelAnchors', () => {
  it('are where most points of a value are', () => {
    const points = clouds();
    const states = new Uint8Array(1000).fill(2);
    const values = Uint16Array.from({ length: 1000 }, (_, id) =>
      id === 0 ? 2 : id < 500 || id > 950 ? 0 : 1
    );
    const legend = {
      values: ['a', 'b', 'stray'].map(value => ({ value, count: 1 }))
    };
    const coloring = { legend, values } as unknown as IColoring;
    const found = labelAnchors(points, states, coloring);
    expect(found.map(({ code }) => code)).toEqual([0, 1]);
    expect(Math.hypot(found[0].x, found[0].y)).toBeLessThan(0.7);
    expect(Math.hypot(found[1].x - 10, found[1].y - 4)).toBeLessThan(0.7);
    expect(labelAnchors(points, states.fill(1), coloring)).toEqual([]);
  });
});
