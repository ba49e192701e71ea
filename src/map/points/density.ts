/** Where points are dense, and where a value is at home. */
import type { IColoring } from '../../embeddings/client';
import { type IPoints, State } from './points';

/** Cells along the longer side. */
const CELLS = 96;
/** Radius of the blur in cells; three passes of a box come close to a Gaussian. */
const BLUR = 2;
/** Values that get a label at most. */
const LABELS = 16;
/** Cells along a side when looking for a value's home, and with those of the far edge and an empty frame. */
const COARSE = 32;
const WIDTH = COARSE + 3;
const CELLS_COARSE = WIDTH * WIDTH;
/** A value that is a smaller share of the points around has no home there. */
const OWN_SHARE = 0.3;

/** Counts of points over an area; `values[row * columns + column]`, rows from low y. */
export interface IDensity {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float64Array;
  /** Units per cell. */
  readonly cell: number;
  /** The corner of the first cell. */
  readonly left: number;
  readonly bottom: number;
}

/** Smoothed counts of what the view shows, a margin around it; two dimensions only. */
export function density(points: IPoints, states: Uint8Array): IDensity {
  const { positions, dimensions, size, low, high } = points;
  const width = high[0] - low[0];
  const height = high[1] - low[1];
  const cell = Math.max(width, height, 1e-9) / CELLS;
  const margin = 3 * BLUR;
  const columns = Math.ceil(width / cell) + 1 + 2 * margin;
  const rows = Math.ceil(height / cell) + 1 + 2 * margin;
  const left = low[0] - margin * cell;
  const bottom = low[1] - margin * cell;
  const values = new Float64Array(columns * rows);
  for (let id = 0; id < size; id++) {
    if (states[id] >= State.shown) {
      const column = Math.floor((positions[id * dimensions] - left) / cell);
      const row = Math.floor((positions[id * dimensions + 1] - bottom) / cell);
      values[row * columns + column] += 1;
    }
  }
  for (let pass = 0; pass < 3; pass++) {
    blur(values, columns, rows, 1, columns);
    blur(values, rows, columns, columns, 1);
  }
  return { columns, rows, values, cell, left, bottom };
}

/** A running mean along lines of `length` cells that lie `step` apart, the lines `next` apart. */
function blur(
  values: Float64Array,
  length: number,
  lines: number,
  step: number,
  next: number
): void {
  const line = new Float64Array(length);
  for (let l = 0; l < lines; l++) {
    const start = l * next;
    let sum = 0;
    for (let i = -BLUR; i < length; i++) {
      const entering = i + BLUR;
      const leaving = i - BLUR - 1;
      sum += entering < length ? values[start + entering * step] : 0;
      sum -= leaving >= 0 ? values[start + leaving * step] : 0;
      if (i >= 0) {
        line[i] = sum / (2 * BLUR + 1);
      }
    }
    for (let i = 0; i < length; i++) {
      values[start + i * step] = line[i];
    }
  }
}

/** Densities at which contours are drawn: shares of the greatest. */
export function levels({ values }: IDensity): number[] {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? [0.08, 0.2, 0.4, 0.65].map(share => share * most) : [];
}

/** A value and where most of its points are. */
export interface ILabelAnchor {
  readonly code: number;
  readonly x: number;
  readonly y: number;
}

/**
 * The homes of the most frequent values: where most of their points are, as long as these are not
 * lost among others.
 */
export function labelAnchors(
  points: IPoints,
  states: Uint8Array,
  { legend, values }: IColoring
): ILabelAnchor[] {
  const { positions, dimensions, size, low, high } = points;
  const count = Math.min(legend.values.length, LABELS);
  const side = Math.max(high[0] - low[0], high[1] - low[1], 1e-9) / COARSE;
  /** Points of all values by cell. */
  const crowd = new Float64Array(CELLS_COARSE);
  /** By value and cell: points, sums of x and of y. */
  const sums = new Float64Array(3 * CELLS_COARSE * count);
  const totals = new Float64Array(count);
  const most = Math.min(size, values.length);
  for (let id = 0; id < most; id++) {
    if (states[id] >= State.shown) {
      const x = positions[id * dimensions];
      const y = positions[id * dimensions + 1];
      const cell =
        (Math.floor((y - low[1]) / side) + 1) * WIDTH +
        Math.floor((x - low[0]) / side) +
        1;
      crowd[cell] += 1;
      const code = values[id];
      if (code < count) {
        const at = 3 * (code * CELLS_COARSE + cell);
        sums[at] += 1;
        sums[at + 1] += x;
        sums[at + 2] += y;
        totals[code] += 1;
      }
    }
  }
  return Array.from(totals, (total, code) => {
    const own = sums.subarray(
      3 * CELLS_COARSE * code,
      3 * CELLS_COARSE * (code + 1)
    );
    const { points, x, y, others } = peak(own, crowd);
    const least = Math.max(3, 0.1 * total, OWN_SHARE * others);
    return points >= least ? [{ code, x: x / points, y: y / points }] : [];
  }).flat();
}

/** Points and sums of their x and y around the cell that has most in its neighbourhood. */
function peak(
  own: Float64Array,
  crowd: Float64Array
): { points: number; x: number; y: number; others: number } {
  const best = { points: 0, x: 0, y: 0, others: 0 };
  for (let row = 1; row < WIDTH - 1; row++) {
    for (let column = 1; column < WIDTH - 1; column++) {
      const [points, x, y, others] = around(own, crowd, row * WIDTH + column);
      if (points > best.points) {
        Object.assign(best, { points, x, y, others });
      }
    }
  }
  return best;
}

/** A cell and its eight neighbours: points of a value, sums of their x and y, points of all. */
function around(
  own: Float64Array,
  crowd: Float64Array,
  middle: number
): [number, number, number, number] {
  const found: [number, number, number, number] = [0, 0, 0, 0];
  for (const row of [-WIDTH, 0, WIDTH]) {
    for (const column of [-1, 0, 1]) {
      const cell = middle + row + column;
      found[0] += own[3 * cell];
      found[1] += own[3 * cell + 1];
      found[2] += own[3 * cell + 2];
      found[3] += crowd[cell];
    }
  }
  return found;
}
