/** Where points are dense, and where a value is at home. */
import type { IColoring } from '../client/embeddings';
import { type IPoints, State } from './points';

/** Cells along the longer side. */
const CELLS = 96;
/** Radius of the blur in cells; three passes of a box come close to a Gaussian. */
const BLUR = 2;
/** Values that get a label at most. */
const LABELS = 16;
/** Cells along a side when looking for a value's home. */
const COARSE = 32;

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
export interface IHome {
  readonly code: number;
  readonly x: number;
  readonly y: number;
}

/** The homes of the most frequent values; a few strays have none. */
export function homes(
  points: IPoints,
  states: Uint8Array,
  { legend, values }: IColoring
): IHome[] {
  const { positions, dimensions, size, low, high } = points;
  const count = Math.min(legend.values.length, LABELS);
  const side = Math.max(high[0] - low[0], high[1] - low[1], 1e-9) / COARSE;
  const width = COARSE + 1;
  const cells = Array.from(
    { length: count },
    () => new Map<number, number[]>()
  );
  const totals = new Array<number>(count).fill(0);
  const most = Math.min(size, values.length);
  for (let id = 0; id < most; id++) {
    const code = values[id];
    if (states[id] >= State.shown && code < count) {
      const x = positions[id * dimensions];
      const y = positions[id * dimensions + 1];
      const key =
        Math.floor((y - low[1]) / side) * width +
        Math.floor((x - low[0]) / side);
      const sums = cells[code].get(key) ?? [0, 0, 0];
      sums[0] += 1;
      sums[1] += x;
      sums[2] += y;
      cells[code].set(key, sums);
      totals[code] += 1;
    }
  }
  return cells.flatMap((own, code) => {
    const home = peak(own, width);
    return home !== null && home[0] >= Math.max(3, 0.1 * totals[code])
      ? [{ code, x: home[1] / home[0], y: home[2] / home[0] }]
      : [];
  });
}

/** Count and sums of x and y around the cell with the most points in its neighbourhood. */
function peak(
  cells: ReadonlyMap<number, readonly number[]>,
  width: number
): readonly number[] | null {
  let best: number[] | null = null;
  for (const key of cells.keys()) {
    const around = [0, 0, 0];
    for (const row of [-width, 0, width]) {
      for (const column of [-1, 0, 1]) {
        cells.get(key + row + column)?.forEach((sum, i) => (around[i] += sum));
      }
    }
    if (best === null || around[0] > best[0]) {
      best = around;
    }
  }
  return best;
}
