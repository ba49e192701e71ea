/**
 * Which points lie inside a polygon.
 *
 * Points outside the polygon's bounding box are rejected first; its edges are bucketed by y into
 * rows, so that a point is held against the few edges that reach its row.
 */
const ROWS = 512;

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
  const { left, right, bottom, top, scale, starts, edges } = bucket(polygon);
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
    const r = Math.min(((y - bottom) * scale) | 0, ROWS - 1);
    const end = 4 * starts[r + 1];
    let inside = false;
    for (let e = 4 * starts[r]; e < end; e += 4) {
      const y1 = edges[e + 1];
      if (
        y1 > y !== edges[e + 2] > y &&
        x < edges[e + 3] * (y - y1) + edges[e]
      ) {
        inside = !inside;
      }
    }
    if (inside && states[id] >= least) {
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
