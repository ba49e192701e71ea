/** Finds the point nearest to a place: points sorted into the cells of a grid. */
/** A plane of points: x and y first in every `stride` numbers, NaN where an id has no point. */
export interface IPlane {
  readonly values: Float32Array;
  readonly stride: number;
}

/** Points per cell that are aimed at. */
const PER_CELL = 4;
const MOST_CELLS = 1 << 20;

/** A grid over a plane of points; plain arrays, so that a worker can hand it over. */
export interface IGrid {
  readonly left: number;
  readonly bottom: number;
  /** Cells per unit. */
  readonly scale: number;
  readonly columns: number;
  readonly rows: number;
  /** Where a cell's ids start in `order`; one more than there are cells. */
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

/** Sort a plane's points into cells; those without a place are left out. */
export function buildGrid({ values, stride }: IPlane): IGrid {
  const size = Math.floor(values.length / stride);
  let [left, right] = [Infinity, -Infinity];
  let [bottom, top] = [Infinity, -Infinity];
  let count = 0;
  for (let at = 0; at < size * stride; at += stride) {
    const x = values[at];
    const y = values[at + 1];
    if (x === x && y === y) {
      left = x < left ? x : left;
      right = x > right ? x : right;
      bottom = y < bottom ? y : bottom;
      top = y > top ? y : top;
      count++;
    }
  }
  const width = Math.max(right - left, 0);
  const height = Math.max(top - bottom, 0);
  const cells = Math.min(Math.max(count / PER_CELL, 1), MOST_CELLS);
  const longest = Math.max(width, height);
  // thin clouds get as many cells along their length, not more
  const area = Math.max(width, longest / 64) * Math.max(height, longest / 64);
  const scale = count > 0 && longest > 0 ? Math.sqrt(cells / area) : 0;
  const columns = Math.floor(width * scale) + 1;
  const rows = Math.floor(height * scale) + 1;
  const starts = new Uint32Array(columns * rows + 1);
  const cellOf = (at: number): number =>
    (((values[at + 1] - bottom) * scale) | 0) * columns +
    (((values[at] - left) * scale) | 0);
  for (let at = 0; at < size * stride; at += stride) {
    if (values[at] === values[at] && values[at + 1] === values[at + 1]) {
      starts[cellOf(at) + 1]++;
    }
  }
  for (let cell = 0; cell < columns * rows; cell++) {
    starts[cell + 1] += starts[cell];
  }
  const next = starts.slice();
  const order = new Uint32Array(count);
  for (let id = 0, at = 0; id < size; id++, at += stride) {
    if (values[at] === values[at] && values[at + 1] === values[at + 1]) {
      order[next[cellOf(at)]++] = id;
    }
  }
  return { left, bottom, scale, columns, rows, starts, order };
}

/** The id nearest to a place within `radius` among those with `states[id] >= least`; null: none. */
export function nearest(
  grid: IGrid,
  { values, stride }: IPlane,
  place: readonly [number, number],
  radius: number,
  states: Uint8Array,
  least = 0
): number | null {
  const [x, y] = place;
  const { left, bottom, scale, columns, rows, starts, order } = grid;
  const cell = (offset: number, most: number): number =>
    Math.min(Math.max(Math.floor(offset * scale), 0), most - 1);
  const [c1, c2] = [
    cell(x - radius - left, columns),
    cell(x + radius - left, columns)
  ];
  const [r1, r2] = [
    cell(y - radius - bottom, rows),
    cell(y + radius - bottom, rows)
  ];
  let best: number | null = null;
  let closest = radius * radius;
  for (let r = r1; r <= r2; r++) {
    const end = starts[r * columns + c2 + 1];
    for (let i = starts[r * columns + c1]; i < end; i++) {
      const id = order[i];
      const dx = values[id * stride] - x;
      const dy = values[id * stride + 1] - y;
      const distance = dx * dx + dy * dy;
      if (distance <= closest && states[id] >= least) {
        // of two at the same place the one that is drawn above
        if (best === null || distance < closest || states[id] >= states[best]) {
          best = id;
        }
        closest = distance;
      }
    }
  }
  return best;
}
