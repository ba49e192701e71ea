/** Which points lie inside a polygon or a rectangle. */
import { BitsOfIds, type IdSet } from '../../core/workspace/idSet';
import type { IGrid, IPlane } from './gridIndex';
import { boundsOf, Cell, type IFrame, PolygonCells } from './polygonCells';

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
