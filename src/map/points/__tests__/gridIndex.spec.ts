import { buildGrid, nearest } from '../gridIndex';
import { cloud, random } from './random';

/** Distance to the nearest point within a radius, one after the other. */
function plainly(
  values: Float32Array,
  stride: number,
  [x, y]: [number, number],
  radius: number
): number {
  let best = Infinity;
  for (let at = 0; at < values.length; at += stride) {
    const distance = Math.hypot(values[at] - x, values[at + 1] - y);
    best = distance < best ? distance : best;
  }
  return best <= radius ? best : Infinity;
}

describe('nearest', () => {
  it.each([
    [1, 2],
    [7, 2],
    [500, 2],
    [500, 3]
  ])(
    'agrees with a plain search over %s points of %s numbers',
    (count, stride) => {
      for (let seed = 0; seed < 20; seed++) {
        const next = random(seed);
        const values = cloud(count, stride, seed);
        if (seed % 3 === 0) {
          // a thin cloud
          for (let at = 1; at < values.length; at += stride) {
            values[at] /= 1000;
          }
        }
        const states = new Uint8Array(count).fill(2);
        const plane = { values, stride };
        const grid = buildGrid(plane);
        for (let i = 0; i < 30; i++) {
          const place: [number, number] = [2 * next() - 0.5, 2 * next() - 0.5];
          const radius = 0.2 * next();
          const id = nearest(grid, plane, place, radius, states);
          const distance =
            id === null
              ? Infinity
              : Math.hypot(
                  values[id * stride] - place[0],
                  values[id * stride + 1] - place[1]
                );
          expect(distance).toBeCloseTo(
            plainly(values, stride, place, radius),
            9
          );
        }
      }
    }
  );

  it('passes by what is masked; of two at one place takes the one above', () => {
    const values = new Float32Array([0.5, 0.5, 0.5, 0.5, 0.6, 0.5]);
    const plane = { values, stride: 2 };
    const grid = buildGrid(plane);
    const states = new Uint8Array([3, 2, 2]);
    expect(nearest(grid, plane, [0.5, 0.5], 1, states, 2)).toBe(0);
    states[0] = 1;
    expect(nearest(grid, plane, [0.5, 0.5], 1, states, 2)).toBe(1);
    states[1] = 1;
    expect(nearest(grid, plane, [0.5, 0.5], 1, states, 2)).toBe(2);
  });

  it('has nothing to find without points', () => {
    const plane = { values: new Float32Array([NaN, NaN]), stride: 2 };
    const states = new Uint8Array(1);
    expect(nearest(buildGrid(plane), plane, [0, 0], 9, states)).toBeNull();
  });
});
