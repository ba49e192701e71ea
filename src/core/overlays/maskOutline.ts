/** Outlines of masks as polygons: sharp at any zoom, dashed where lines are, small in memory. */
import { eachStretch, type IMask } from './rle';

/** Closed rings of flat x, y in image pixels; holes run the other way round. */
export type Rings = readonly ArrayLike<number>[];

const cache = new WeakMap<IMask, Map<number, Rings>>();

/**
 * The outlines of a mask on a grid of about one cell per CSS pixel, so that what is drawn small has few corners.
 *
 * @param scale - CSS pixels per image pixel.
 */
export function maskRings(mask: IMask, scale: number): Rings {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(1 / scale)));
  let known = cache.get(mask);
  if (known === undefined) {
    known = new Map();
    cache.set(mask, known);
  }
  let rings = known.get(step);
  if (rings === undefined) {
    rings = traceMask(mask, step);
    known.set(step, rings);
  }
  return rings;
}

interface IGrid {
  /** Cells, row after row, with an empty border of one cell. */
  readonly cells: Uint8Array;
  /** Cells per row with the border. */
  readonly stride: number;
  readonly rows: number;
  /** Cells left of and above the grid. */
  readonly left: number;
  readonly top: number;
}

/** The part of the mask that is not empty; a cell is set where any of its pixels is. */
function rasterize(mask: IMask, step: number): IGrid {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1];
  eachStretch(mask, (column, from, to) => {
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, from);
    bottom = Math.max(bottom, to - 1);
  });
  if (right < 0) {
    return { cells: new Uint8Array(0), stride: 0, rows: 0, left: 0, top: 0 };
  }
  left = Math.floor(left / step);
  top = Math.floor(top / step);
  const stride = Math.floor(right / step) - left + 3;
  const rows = Math.floor(bottom / step) - top + 3;
  const cells = new Uint8Array(stride * rows);
  eachStretch(mask, (column, from, to) => {
    const x = Math.floor(column / step) - left + 1;
    const last = Math.floor((to - 1) / step) - top + 1;
    for (let y = Math.floor(from / step) - top + 1; y <= last; y++) {
      cells[y * stride + x] = 1;
    }
  });
  return { cells, stride, rows, left, top };
}

/** Steps right, down, left, up. */
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

/**
 * Walk around every region with the inside on the right hand.
 *
 * Cells that touch at a corner only are apart. Corners lie on the grid, straight stretches are one segment.
 */
export function traceMask(mask: IMask, step = 1): Rings {
  const { cells, stride, rows, left, top } = rasterize(mask, step);
  const seen = new Uint8Array(cells.length);
  const rings: number[][] = [];
  for (let y = 1; y < rows; y++) {
    for (let x = 1; x < stride; x++) {
      const at = y * stride + x;
      if (cells[at] && !cells[at - stride] && !seen[at]) {
        rings.push(walk(cells, seen, stride, x, y));
      }
    }
  }
  const place = (value: number, i: number): number =>
    i % 2 === 0
      ? Math.min((value - 1 + left) * step, mask.width)
      : Math.min((value - 1 + top) * step, mask.height);
  return rings.map(ring => Float64Array.from(ring, place));
}

/** One ring from the top edge of a cell; marks the top edges it passes. */
function walk(
  cells: Uint8Array,
  seen: Uint8Array,
  stride: number,
  startX: number,
  startY: number
): number[] {
  const ring: number[] = [];
  // corner (x, y) is the top left one of cell (x, y)
  let [x, y, direction] = [startX, startY, 0];
  do {
    if (direction === 0) {
      seen[y * stride + x] = 1;
    }
    x += DX[direction];
    y += DY[direction];
    // the two cells ahead of the corner, seen along the direction
    const ahead = y * stride + x;
    const quarter = [ahead - stride, ahead, ahead - 1, ahead - stride - 1];
    const leftAhead = cells[quarter[direction]];
    const rightAhead = cells[quarter[(direction + 1) % 4]];
    const turn = !rightAhead ? 1 : leftAhead ? 3 : 0;
    if (turn !== 0) {
      ring.push(x, y);
      direction = (direction + turn) % 4;
    }
  } while (x !== startX || y !== startY || direction !== 0);
  return ring;
}
