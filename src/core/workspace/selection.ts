/** Selecting in a view: click, ctrl-click, shift-click, everything. */
import type { IViewSpec, Level } from '../client/types';
import { IdSet } from './idSet';
import type { ISelection, IWorkspaceState } from './types';

/** A selection to send; `view`: it is everything that view holds, so no ids need to travel. */
export interface ISelectionChange extends ISelection {
  readonly view?: IViewSpec;
}

/** What the user did, repeatable on a selection somebody else made meanwhile. */
export type SelectionGesture = (selection: ISelection) => ISelectionChange;

/** How many of `ids` are selected; a selection of another level has none in the view. */
export function countInView(
  ids: Uint32Array,
  level: Level,
  selection: ISelection
): number {
  if (selection.level !== level || selection.ids.size === 0) {
    return 0;
  }
  let count = 0;
  for (let i = 0; i < ids.length; i++) {
    if (selection.ids.has(ids[i])) {
      count++;
    }
  }
  return count;
}

/** Makes gestures of clicks, and remembers where a shift-click's range starts. */
export class Selecting {
  /** Exactly these. */
  only(
    state: IWorkspaceState,
    ids: Iterable<number>,
    level = state.shown.level
  ): SelectionGesture {
    const chosen = ids instanceof IdSet ? ids : new Set(ids);
    this._anchorAt(chosen.size === 1 ? [...chosen][0] : null);
    const selection = { level, ids: chosen };
    return () => selection;
  }

  /** One more, or one less. */
  toggle(state: IWorkspaceState, id: number): SelectionGesture {
    const { level } = state.shown;
    const gesture = (selection: ISelection) => {
      const ids = new Set(selection.level === level ? selection.ids : []);
      if (!ids.delete(id)) {
        ids.add(id);
      }
      return { level, ids };
    };
    this._anchorAt(id, gesture(state.selection).ids);
    return gesture;
  }

  /** Everything from the anchor to `id`, beside what was selected at the anchor. */
  extend(state: IWorkspaceState, id: number): SelectionGesture {
    const chosen = new Set(this._kept);
    for (const each of range(state.ids, this._anchor ?? id, id)) {
      chosen.add(each);
    }
    return replace(state, chosen);
  }

  /** Everything in the view, as it is seen now. */
  all(state: IWorkspaceState): SelectionGesture {
    this._anchorAt(null);
    const selection = {
      level: state.shown.level,
      ids: new Set(state.ids),
      view: state.shown
    };
    return () => selection;
  }

  private _anchorAt(
    id: number | null,
    kept: ReadonlySet<number> = new Set()
  ): void {
    this._anchor = id;
    this._kept = kept;
  }

  private _anchor: number | null = null;
  private _kept: ReadonlySet<number> = new Set();
}

function replace(state: IWorkspaceState, ids: Set<number>): SelectionGesture {
  const selection = { level: state.shown.level, ids };
  return () => selection;
}

/** The ids between two of them, both included, in display order; only `to` when `from` is not in the view. */
function range(ids: Uint32Array, from: number, to: number): Iterable<number> {
  const start = ids.indexOf(from);
  const end = ids.indexOf(to);
  if (start < 0 || end < 0) {
    return [to];
  }
  return ids.subarray(Math.min(start, end), Math.max(start, end) + 1);
}
