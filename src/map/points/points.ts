/** The points of a projection and what is shown of them. Everything is indexed by id. */
import type { ISelection } from '../../core/workspace/types';
import type { Level } from '../../core/client/types';

/** Coordinates by id: `dimensions` numbers each, NaN where an id has no point. */
export interface IPoints {
  readonly positions: Float32Array;
  readonly dimensions: 2 | 3;
  /** Largest id + 1. */
  readonly size: number;
  /** Ids that have a point. */
  readonly count: number;
  /** Least and greatest coordinate of each axis; zeros without a point. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** What a point looks like; higher ones lie above. */
export const State = {
  /** There is no point. */
  none: 0,
  /** Not in the view: faint. */
  masked: 1,
  shown: 2,
  selected: 3
} as const;

/** Read a projection's coordinates. */
export function readPoints(
  positions: Float32Array,
  dimensions: 2 | 3
): IPoints {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  const size = Math.floor(positions.length / dimensions);
  let count = 0;
  for (let id = 0; id < size; id++) {
    const at = id * dimensions;
    if (positions[at] === positions[at]) {
      count++;
      for (let axis = 0; axis < dimensions; axis++) {
        const value = positions[at + axis];
        low[axis] = value < low[axis] ? value : low[axis];
        high[axis] = value > high[axis] ? value : high[axis];
      }
    }
  }
  return {
    positions,
    dimensions,
    size,
    count,
    low: count > 0 ? low : low.map(() => 0),
    high: count > 0 ? high : high.map(() => 0)
  };
}

/**
 * Say what each point looks like.
 *
 * @param ids - what the view shows, at the map's level; null: not known yet, everything is shown.
 */
export function fillStates(
  states: Uint8Array,
  { positions, dimensions, size }: IPoints,
  ids: Uint32Array | null,
  selection: ISelection,
  level: Level
): void {
  const rest = ids === null ? State.shown : State.masked;
  for (let id = 0, at = 0; id < size; id++, at += dimensions) {
    states[id] = positions[at] === positions[at] ? rest : State.none;
  }
  if (ids !== null) {
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] < size && states[ids[i]] === State.masked) {
        states[ids[i]] = State.shown;
      }
    }
  }
  if (selection.level === level) {
    for (const id of selection.ids) {
      if (id < size && states[id] === State.shown) {
        states[id] = State.selected;
      }
    }
  }
}

/** Bounds of the points of some state or above; null: there are none. */
export function boundsOf(
  { positions, dimensions, size }: IPoints,
  states: Uint8Array,
  least: number
): { low: number[]; high: number[] } | null {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  for (let id = 0; id < size; id++) {
    if (states[id] >= least) {
      for (let axis = 0; axis < dimensions; axis++) {
        const value = positions[id * dimensions + axis];
        low[axis] = Math.min(low[axis], value);
        high[axis] = Math.max(high[axis], value);
      }
    }
  }
  return low[0] <= high[0] ? { low, high } : null;
}
