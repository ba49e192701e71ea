import { distanceToLine, ringContains } from '../../../core/overlays/hit';
import { buildGrid } from '../gridIndex';
import { inBox, inPolygon } from '../lasso';
import { cloud, random } from './random';

const COUNT = 400;

function polygonOf(seed: number): number[] {
  const next = random(seed);
  const corners = 3 + Math.floor(next() * 60);
  return Array.from({ length: corners }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / corners;
    const radius = 0.1 + 0.5 * next();
    switch (seed % 4) {
      case 0: // a star around the middle
        return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
      case 1: // crosses itself
        return [next(), next()];
      case 2: // edges that run along the axes, corners that repeat
        return [Math.round(4 * next()) / 4, Math.round(4 * next()) / 4];
      default: // partly outside of all points
        return [3 * next() - 1, 3 * next() - 1];
    }
  }).flat();
}

function nearEdge(x: number, y: number, ring: number[]): boolean {
  const n = ring.length;
  return Array.from({ length: n / 2 }, (_, i) => 2 * i).some(i => {
    const j = (i + n - 2) % n;
    const line = [ring[i], ring[i + 1], ring[j], ring[j + 1]] as const;
    return distanceToLine(x, y, line) < 1e-9;
  });
}

describe('inPolygon', () => {
  it.each([
    [2, false],
    [3, false],
    [2, true]
  ])(
    'finds what a plain reading finds, %s numbers a point, with a grid: %s',
    (stride, sorted) => {
      for (let seed = 0; seed < 100; seed++) {
        const values = cloud(COUNT, stride, seed + 1000);
        const states = new Uint8Array(COUNT).fill(2);
        const polygon = polygonOf(seed);
        const plane = { values, stride };
        const grid = sorted ? buildGrid(plane) : null;
        const found = inPolygon(plane, polygon, states, 0, grid);
        const wrong: number[] = [];
        for (let id = 0; id < COUNT; id++) {
          const x = values[id * stride];
          const y = values[id * stride + 1];
          const inside = !Number.isNaN(x) && ringContains(polygon, x, y);
          if (found.has(id) !== inside && !nearEdge(x, y, polygon)) {
            wrong.push(id);
          }
        }
        expect([seed, wrong]).toEqual([seed, []]);
        expect(found.size).toBe([...found].length);
      }
    }
  );

  it.each([false, true])('leaves out what is not shown, grid: %s', sorted => {
    const values = cloud(COUNT, 2, 3);
    const states = Uint8Array.from({ length: COUNT }, (_, id) => id % 4);
    const all = [-1, -1, 2, -1, 2, 2, -1, 2];
    const plane = { values, stride: 2 };
    const grid = sorted ? buildGrid(plane) : null;
    const found = [...inPolygon(plane, all, states, 2, grid)];
    const expected = Array.from({ length: COUNT }, (_, id) => id).filter(
      id => id % 4 >= 2 && !Number.isNaN(values[2 * id])
    );
    expect(found).toEqual(expected);
  });

  it.each([[[]], [[0.5, 0.5]], [[0, 0, 1, 1]], [[0, 0.5, 1, 0.5, 0.3, 0.5]]])(
    'finds nothing in %j, which has no area',
    polygon => {
      const values = cloud(COUNT, 2, 5);
      const states = new Uint8Array(COUNT).fill(2);
      expect(inPolygon({ values, stride: 2 }, polygon, states).size).toBe(0);
    }
  );
});

describe('inBox', () => {
  it('takes any two opposite corners, edges included', () => {
    const values = new Float32Array([0, 0, 1, 1, 0.5, 0.5, NaN, NaN, 2, 0.5]);
    const states = new Uint8Array(5).fill(2);
    const plane = { values, stride: 2 };
    expect([...inBox(plane, [1, 0, 0, 1], states)]).toEqual([0, 1, 2]);
    states[2] = 1;
    expect([...inBox(plane, [0, 1, 1, 0], states, 2)]).toEqual([0, 1]);
  });
});
