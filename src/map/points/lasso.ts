/** Which points lie inside a polygon or a rectangle. */
import { BitsOfIds, type IdSet } from '../../core/workspace/idSet';
import type { IGrid, IPlane } from './gridIndex';

/** Cells along each side of the polygon's box, where points are not sorted into a grid. */
const SIDE = 512;

/**
 * Ids of the points inside a polygon of flat x, y (even-odd rule).
 *
 * `states[id] >= least` says which points count. With the plane's grid only the points of cells
 * that an edge comes near are looked at, without it all of them.
 */
export function inPolygon(
  plane: IPlane,
  polygon: ArrayLike<number>,
  states: Uint8Array,
  least = 0,
  grid: IGrid | null = null
): IdSet {
  return grid !== null && grid.scale > 0
    ? ofCells(plane, polygon, states, least, grid)
    : ofAll(plane, polygon, states, least);
}

/** From a grid: whole runs of cells at once. */
function ofCells(
  { values, stride }: IPlane,
  polygon: ArrayLike<number>,
  states: Uint8Array,
  least: number,
  grid: IGrid
): IdSet {
  const { starts, order, scale, columns } = grid;
  const cut = new PolygonCells(polygon, { ...grid, across: scale, up: scale });
  const { cells, firstRow, lastRow, firstColumn, lastColumn } = cut;
  const found = new BitsOfIds(states.length);
  for (let row = firstRow; row <= lastRow; row++) {
    const end = row * columns + lastColumn + 1;
    for (let at = row * columns + firstColumn; at < end;) {
      const cell = cells[at];
      const from = starts[at];
      do {
        at++;
      } while (at < end && cells[at] === cell);
      if (cell === Cell.inside) {
        found.addRun(order, from, starts[at], states, least);
      } else if (cell === Cell.edge) {
        for (const id of order.subarray(from, starts[at])) {
          const x = values[id * stride];
          if (
            states[id] >= least &&
            cut.contains(row, x, values[id * stride + 1])
          ) {
            found.add(id);
          }
        }
      }
    }
  }
  return found.toSet();
}

/** One point after the other. */
function ofAll(
  { values, stride }: IPlane,
  polygon: ArrayLike<number>,
  states: Uint8Array,
  least: number
): IdSet {
  const [left, bottom, right, top] = boundsOf(polygon);
  const frame: IFrame = {
    left,
    bottom,
    across: right > left ? SIDE / (right - left) : 0,
    up: top > bottom ? SIDE / (top - bottom) : 0,
    columns: SIDE + 1,
    rows: SIDE + 1
  };
  const cut = new PolygonCells(polygon, frame);
  const { cells } = cut;
  const { across, up, columns } = frame;
  const count = Math.floor(values.length / stride);
  const found = new BitsOfIds(count);
  for (let id = 0, at = 0; id < count; id++, at += stride) {
    const x = values[at];
    const y = values[at + 1];
    // written so that NaN is rejected
    if (!(x >= left && x <= right && y >= bottom && y <= top)) {
      continue;
    }
    const row = ((y - bottom) * up) | 0;
    const cell = cells[row * columns + (((x - left) * across) | 0)];
    if (
      cell !== Cell.outside &&
      states[id] >= least &&
      (cell === Cell.inside || cut.contains(row, x, y))
    ) {
      found.add(id);
    }
  }
  return found.toSet();
}

/** Ids of the points in a rectangle, its edges included. */
export function inBox(
  plane: IPlane,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  states: Uint8Array,
  least = 0
): IdSet {
  const { values, stride } = plane;
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
  const [bottom, top] = [Math.min(y1, y2), Math.max(y1, y2)];
  const count = Math.floor(values.length / stride);
  const found = new BitsOfIds(count);
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
      found.add(id);
    }
  }
  return found.toSet();
}

/**
 * A polygon over the cells of a frame: one that no edge comes near is outside or inside with
 * everything in it; in the others a place is held against the few edges that reach its row.
 */

/** Cells over a plane: `across` of them to a unit of x, `up` to a unit of y. */
export interface IFrame {
  readonly left: number;
  readonly bottom: number;
  readonly across: number;
  readonly up: number;
  readonly columns: number;
  readonly rows: number;
}

/** What a cell is. */
export const Cell = { outside: 0, inside: 1, edge: 2 } as const;

/** Less of a row than this is no height. */
const LEVEL = 1e-6;

/** The rectangle around a polygon of flat x, y: left, bottom, right, top. */
export function boundsOf(
  polygon: ArrayLike<number>
): [number, number, number, number] {
  let [left, right] = [Infinity, -Infinity];
  let [bottom, top] = [Infinity, -Infinity];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    left = Math.min(left, polygon[i]);
    right = Math.max(right, polygon[i]);
    bottom = Math.min(bottom, polygon[i + 1]);
    top = Math.max(top, polygon[i + 1]);
  }
  return [left, bottom, right, top];
}

export class PolygonCells {
  constructor(
    polygon: ArrayLike<number>,
    readonly frame: IFrame
  ) {
    const [left, bottom, right, top] = boundsOf(polygon);
    const { columns, rows } = frame;
    this.firstRow = Math.max(this._row(bottom), 0);
    this.lastRow = Math.min(this._row(top), rows - 1);
    this.firstColumn = Math.max(this._column(left), 0);
    this.lastColumn = Math.min(this._column(right), columns - 1);
    this._bucket(polygon);
    this.cells = new Uint8Array(columns * rows);
    this._markSteep();
    this._markLevel(polygon);
    this._fillRuns();
  }

  /** What each cell is, row by row; those not between the first and last of these are outside. */
  readonly cells: Uint8Array;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;

  /** Whether a place is inside, by the even-odd rule, given its row. */
  contains(row: number, x: number, y: number): boolean {
    const edges = this._edges;
    const end = 4 * this._starts[row + 1];
    let inside = false;
    for (let e = 4 * this._starts[row]; e < end; e += 4) {
      const y1 = edges[e + 1];
      if (
        y1 > y !== edges[e + 2] > y &&
        x < edges[e + 3] * (y - y1) + edges[e]
      ) {
        inside = !inside;
      }
    }
    return inside;
  }

  private _row(y: number): number {
    return Math.floor((y - this.frame.bottom) * this.frame.up);
  }

  private _column(x: number): number {
    return Math.floor((x - this.frame.left) * this.frame.across);
  }

  /** Sort the edges that are not level by the rows they reach. */
  private _bucket(polygon: ArrayLike<number>): void {
    const n = polygon.length - (polygon.length % 2);
    const each = (visit: (row: number, i: number, j: number) => void): void => {
      for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
        const [y1, y2] = [polygon[i + 1], polygon[j + 1]];
        if (y1 !== y2) {
          const last = Math.min(this._row(Math.max(y1, y2)), this.lastRow);
          const first = Math.max(this._row(Math.min(y1, y2)), this.firstRow);
          for (let row = first; row <= last; row++) {
            visit(row, i, j);
          }
        }
      }
    };
    const starts = new Uint32Array(this.frame.rows + 1);
    each(row => starts[row + 1]++);
    for (let row = 0; row < this.frame.rows; row++) {
      starts[row + 1] += starts[row];
    }
    const next = starts.slice();
    const edges = new Float64Array(starts[this.frame.rows] * 4);
    each((row, i, j) => {
      const [x1, y1, x2, y2] = [
        polygon[i],
        polygon[i + 1],
        polygon[j],
        polygon[j + 1]
      ];
      edges.set([x1, y1, y2, (x2 - x1) / (y2 - y1)], 4 * next[row]++);
    });
    this._starts = starts;
    this._edges = edges;
  }

  /** Say that a row's cells between two places have an edge. */
  private _mark(row: number, x1: number, x2: number): void {
    // one more at each side, for what rounding does
    const from = this._column(Math.min(x1, x2)) - 1;
    const to = this._column(Math.max(x1, x2)) + 1;
    const begin = row * this.frame.columns;
    if (from <= this.lastColumn && to >= this.firstColumn) {
      this.cells.fill(
        Cell.edge,
        begin + Math.max(from, this.firstColumn),
        begin + Math.min(to, this.lastColumn) + 1
      );
    }
  }

  /** Mark where edges cross rows. */
  private _markSteep(): void {
    const { bottom, up } = this.frame;
    const edges = this._edges;
    for (let row = this.firstRow; row <= this.lastRow; row++) {
      for (
        let e = 4 * this._starts[row];
        e < 4 * this._starts[row + 1];
        e += 4
      ) {
        const y1 = edges[e + 1];
        const y2 = edges[e + 2];
        const low = Math.max(Math.min(y1, y2), bottom + row / up);
        const high = Math.min(Math.max(y1, y2), bottom + (row + 1) / up);
        const at = (y: number): number => edges[e] + edges[e + 3] * (y - y1);
        this._mark(row, at(low), at(high));
      }
    }
  }

  /** Mark the cells of edges that are level, or so nearly that where they cross a row is uncertain. */
  private _markLevel(polygon: ArrayLike<number>): void {
    const n = polygon.length - (polygon.length % 2);
    for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
      const height = Math.abs(polygon[i + 1] - polygon[j + 1]);
      if (height * this.frame.up < LEVEL) {
        const row = this._row(polygon[i + 1]);
        for (const near of [row - 1, row, row + 1]) {
          if (near >= this.firstRow && near <= this.lastRow) {
            this._mark(near, polygon[i], polygon[j]);
          }
        }
      }
    }
  }

  /** Between two cells with an edge all are alike: one of them is asked. */
  private _fillRuns(): void {
    const { left, bottom, across, up, columns } = this.frame;
    const { cells } = this;
    for (let row = this.firstRow; row <= this.lastRow; row++) {
      const y = bottom + (row + 0.5) / up;
      let known: number = Cell.edge;
      const end = row * columns + this.lastColumn;
      for (let at = row * columns + this.firstColumn; at <= end; at++) {
        if (cells[at] === Cell.edge) {
          known = Cell.edge;
          continue;
        }
        if (known === Cell.edge) {
          const x = left + (at - row * columns + 0.5) / across;
          known = this.contains(row, x, y) ? Cell.inside : Cell.outside;
        }
        cells[at] = known;
      }
    }
  }

  private _starts = new Uint32Array();
  /** x1, y1, y2 and the slope dx/dy of each edge that reaches a row. */
  private _edges = new Float64Array();
}
