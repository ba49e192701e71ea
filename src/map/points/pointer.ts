/** What the pointer is at: a grid over a plane of points, made in a worker. */
import { type IGrid, nearest, type IPlane } from './gridIndex';
import { inPolygon } from './lasso';
import { makeWorker } from './makeWorker';

export class PointIndex {
  /** Forget the points; `find` gives nothing until those of `plane` are sorted. */
  use(plane: IPlane | null): void {
    this._key += 1;
    this._grid = null;
    this._plane = plane;
    if (plane !== null) {
      this._worker ??= this._start();
      this._worker.postMessage({ key: this._key, plane });
    }
  }

  /** The id nearest to a place of the plane, of those whose state is at least `least`. */
  find(
    place: readonly [number, number],
    radius: number,
    states: Uint8Array,
    least: number
  ): number | null {
    return this._grid && this._plane
      ? nearest(this._grid, this._plane, place, radius, states, least)
      : null;
  }

  /** The plane's grid; null until it is made. */
  get grid(): IGrid | null {
    return this._grid;
  }

  dispose(): void {
    this._worker?.terminate();
    this._worker = null;
  }

  private _start(): Worker {
    const worker = makeWorker();
    worker.onmessage = ({ data }) => {
      const { key, grid } = data as { key: number; grid: IGrid };
      if (key === this._key) {
        this._grid = grid;
        warmUp(this._plane!, grid);
      }
    };
    return worker;
  }

  private _worker: Worker | null = null;
  private _plane: IPlane | null = null;
  private _grid: IGrid | null = null;
  private _key = 0;
}

/** Draw a lasso that nobody sees: browsers compile what ran before, and the first one would take twice as long. */
function warmUp(plane: IPlane, grid: IGrid): void {
  const { left, bottom, columns, rows, scale } = grid;
  const corners = Array.from({ length: 64 }, (_, i) => (i * Math.PI) / 32);
  const path = corners.flatMap(angle => [
    left + (columns * (1 + Math.cos(angle))) / (2 * scale),
    bottom + (rows * (1 + Math.sin(angle))) / (2 * scale)
  ]);
  const states = new Uint8Array(plane.values.length / plane.stride);
  inPolygon(plane, path, states, 0, grid);
}
