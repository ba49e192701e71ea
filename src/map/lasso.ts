/**
 * Which points lie inside a polygon.
 *
 * Points outside the polygon's bounding box are rejected first. The box is cut into cells: one that no
 * edge comes near tells for all its points; in the others a point is held against the few edges
 * that reach its row.
 */
const ROWS = 512;
const COLUMNS = 512;

/** A plane of points: x and y first in every `stride` numbers, NaN where an id has no point. */
export interface IPlane {
  readonly values: Float32Array;
  readonly stride: number;
}

/** Edges of a polygon by rows of y. */
interface IEdges {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** Rows per unit of y. */
  readonly scale: number;
  /** Where a row's edges start in `edges`; one more than there are rows. */
  readonly starts: Uint32Array;
  /** x1, y1, y2 and the slope dx/dy of each edge that reaches a row. */
  readonly edges: Float64Array;
}

function bucket(polygon: ArrayLike<number>): IEdges {
  let [left, right] = [Infinity, -Infinity];
  let [bottom, top] = [Infinity, -Infinity];
  const n = polygon.length - (polygon.length % 2);
  for (let i = 0; i < n; i += 2) {
    left = Math.min(left, polygon[i]);
    right = Math.max(right, polygon[i]);
    bottom = Math.min(bottom, polygon[i + 1]);
    top = Math.max(top, polygon[i + 1]);
  }
  const scale = top > bottom ? ROWS / (top - bottom) : 0;
  const row = (y: number): number =>
    Math.min(((y - bottom) * scale) | 0, ROWS - 1);
  const starts = new Uint32Array(ROWS + 1);
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    const [y1, y2] = [polygon[i + 1], polygon[j + 1]];
    if (y1 !== y2) {
      for (let r = row(Math.min(y1, y2)); r <= row(Math.max(y1, y2)); r++) {
        starts[r + 1]++;
      }
    }
  }
  for (let r = 0; r < ROWS; r++) {
    starts[r + 1] += starts[r];
  }
  const next = starts.slice();
  const edges = new Float64Array(starts[ROWS] * 4);
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    const [x1, y1, x2, y2] = [
      polygon[i],
      polygon[i + 1],
      polygon[j],
      polygon[j + 1]
    ];
    if (y1 !== y2) {
      for (let r = row(Math.min(y1, y2)); r <= row(Math.max(y1, y2)); r++) {
        const at = 4 * next[r]++;
        edges[at] = x1;
        edges[at + 1] = y1;
        edges[at + 2] = y2;
        edges[at + 3] = (x2 - x1) / (y2 - y1);
      }
    }
  }
  return { left, right, bottom, top, scale, starts, edges };
}

/** Whether a place is inside, by the even-odd rule, given its row. */
function isInside(
  { starts, edges }: IEdges,
  row: number,
  x: number,
  y: number
): boolean {
  const end = 4 * starts[row + 1];
  let inside = false;
  for (let e = 4 * starts[row]; e < end; e += 4) {
    const y1 = edges[e + 1];
    if (y1 > y !== edges[e + 2] > y && x < edges[e + 3] * (y - y1) + edges[e]) {
      inside = !inside;
    }
  }
  return inside;
}

/** What a cell of the polygon's box is. */
const Cell = { outside: 0, inside: 1, edge: 2 } as const;

/** Say that a row's cells between two places have an edge. */
type Mark = (row: number, x1: number, x2: number) => void;

/** What each cell is, row by row: no edge comes near those that are outside or inside. */
function fillCells(
  polygon: ArrayLike<number>,
  found: IEdges,
  across: number
): Uint8Array {
  const cells = new Uint8Array(ROWS * COLUMNS);
  const mark: Mark = (row, x1, x2) => {
    // one more at each side, for what rounding does
    const from = Math.floor((Math.min(x1, x2) - found.left) * across) - 1;
    const to = Math.floor((Math.max(x1, x2) - found.left) * across) + 1;
    const begin = row * COLUMNS;
    cells.fill(
      Cell.edge,
      begin + Math.max(from, 0),
      begin + Math.min(to, COLUMNS - 1) + 1
    );
  };
  markSteep(found, mark);
  markLevel(polygon, found, mark);
  fillRuns(cells, found, across);
  return cells;
}

/** Between two cells with an edge all are alike: one of them is asked. */
function fillRuns(cells: Uint8Array, found: IEdges, across: number): void {
  const { left, bottom, scale } = found;
  for (let row = 0; row < ROWS; row++) {
    const y = bottom + (row + 0.5) / scale;
    let known: number = Cell.edge;
    for (let column = 0; column < COLUMNS; column++) {
      const at = row * COLUMNS + column;
      if (cells[at] === Cell.edge) {
        known = Cell.edge;
        continue;
      }
      if (known === Cell.edge) {
        const x = left + (column + 0.5) / across;
        known = isInside(found, row, x, y) ? Cell.inside : Cell.outside;
      }
      cells[at] = known;
    }
  }
}

/** Mark where edges cross rows. */
function markSteep({ bottom, scale, starts, edges }: IEdges, mark: Mark): void {
  for (let row = 0; row < ROWS; row++) {
    for (let e = 4 * starts[row]; e < 4 * starts[row + 1]; e += 4) {
      const y1 = edges[e + 1];
      const y2 = edges[e + 2];
      const low = Math.max(Math.min(y1, y2), bottom + row / scale);
      const high = Math.min(Math.max(y1, y2), bottom + (row + 1) / scale);
      const at = (y: number): number => edges[e] + edges[e + 3] * (y - y1);
      mark(row, at(low), at(high));
    }
  }
}

/** Less of a row than this is no height. */
const LEVEL = 1e-6;

/** Mark the cells of edges that are level, or so nearly that where they cross a row is uncertain. */
function markLevel(
  polygon: ArrayLike<number>,
  { bottom, scale }: IEdges,
  mark: Mark
): void {
  const n = polygon.length - (polygon.length % 2);
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    if (Math.abs(polygon[i + 1] - polygon[j + 1]) * scale < LEVEL) {
      const row = Math.floor((polygon[i + 1] - bottom) * scale);
      for (const each of [row - 1, row, row + 1]) {
        if (each >= 0 && each < ROWS) {
          mark(each, polygon[i], polygon[j]);
        }
      }
    }
  }
}

/**
 * Ids of the points inside a polygon of flat x, y (even-odd rule), in ascending order.
 *
 * `states[id] >= least` says which points count.
 */
export function inPolygon(
  plane: IPlane,
  polygon: ArrayLike<number>,
  states: Uint8Array,
  least = 0
): Uint32Array {
  const { values, stride } = plane;
  const buckets = bucket(polygon);
  const { left, right, bottom, top, scale } = buckets;
  const across = right > left ? COLUMNS / (right - left) : 0;
  const cells = fillCells(polygon, buckets, across);
  const count = Math.floor(values.length / stride);
  const found = new Uint32Array(count);
  let size = 0;
  for (let id = 0, at = 0; id < count; id++, at += stride) {
    const x = values[at];
    const y = values[at + 1];
    // written so that NaN is rejected
    if (!(x >= left && x <= right && y >= bottom && y <= top)) {
      continue;
    }
    const row = Math.min(((y - bottom) * scale) | 0, ROWS - 1);
    const column = Math.min(((x - left) * across) | 0, COLUMNS - 1);
    const cell = cells[row * COLUMNS + column];
    if (
      cell !== Cell.outside &&
      states[id] >= least &&
      (cell === Cell.inside || isInside(buckets, row, x, y))
    ) {
      found[size++] = id;
    }
  }
  return found.slice(0, size);
}

/** Ids of the points in a rectangle, its edges included, in ascending order. */
export function inBox(
  plane: IPlane,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  states: Uint8Array,
  least = 0
): Uint32Array {
  const { values, stride } = plane;
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
  const [bottom, top] = [Math.min(y1, y2), Math.max(y1, y2)];
  const count = Math.floor(values.length / stride);
  const found = new Uint32Array(count);
  let size = 0;
  for (let id = 0, at = 0; id < count; id++, at += stride) {
    const x = values[at];
    const y = values[at + 1];
    if (
      x >= left &&
      x <= right &&
      y >= bottom &&
      y <= top &&
      states[id] >= least
    ) {
      found[size++] = id;
    }
  }
  return found.slice(0, size);
}
