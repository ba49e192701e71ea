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
