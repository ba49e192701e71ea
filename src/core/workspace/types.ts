/** What every panel sees of a workspace; the store in `store.ts` implements it. */
import type { StoreApi } from 'zustand/vanilla';
import type {
  Filter,
  IDatasetDetail,
  IErrorBody,
  ISortKey,
  IViewSpec,
  IWorkspace,
  Level
} from '../client/types';

/** A `Set` of ids, or an `IdSet` where there may be many. */
export interface IIds extends Iterable<number> {
  readonly size: number;
  has(id: number): boolean;
}

/** A set of ids of one level. */
export interface ISelection {
  readonly level: Level;
  readonly ids: IIds;
}

/** The state all panels render from (invariants 3 and 4). */
export interface IWorkspaceState {
  readonly id: string;
  readonly dataset: string;
  /** Server's version of the workspace that `view` and `ids` belong to. */
  readonly version: number;
  readonly datasetVersion: number;
  readonly detail: IDatasetDetail | null;
  readonly view: IViewSpec;
  /** The view that `ids` belong to; behind `view` while `pending`. */
  readonly shown: IViewSpec;
  /** The filter as text; empty: none. */
  readonly predicate: string;
  /** Ids of the view's level in display order: the array every panel renders from. */
  readonly ids: Uint32Array;
  /** Number of samples/annotations of the level in the dataset. */
  readonly total: number;
  readonly selection: ISelection;
  /** Selected ids that are in the view. */
  readonly selectedInView: number;
  /** The sample the sample panel shows, by id. */
  readonly focus: number | null;
  /** Whether `ids` are behind `view` (the last picture stays until the next is ready). */
  readonly pending: boolean;
  readonly error: IErrorBody | null;
  /** Views before this one, oldest first. */
  readonly past: readonly IViewSpec[];
  /** Undone views, the one undone last at the end. */
  readonly future: readonly IViewSpec[];
}

/** What panels may do. Each applies at once and syncs, debounced, with the server. */
export interface IWorkspaceActions {
  /**
   * Make it the filter. Changes in a row that name the same `gesture` (typing in one box, moving
   * one handle), each within a second of the one before, are one step of the history; any other
   * change is a step of its own.
   */
  setFilter(filter: Filter | null, gesture?: string): void;
  /** Parse text on the server and make it the filter; resolves to the error when it is wrong. */
  setPredicate(text: string): Promise<IErrorBody | null>;
  setSort(sort: ISortKey[]): void;
  /** With `all`, at level annotations: every annotation of the matching samples. */
  setLevel(level: Level, all?: boolean): void;
  /** Show the result of a SELECT, which the filter narrows further; null: of none. */
  setSql(sql: string | null): void;
  /** Search among what the filter lets through, in the order of the scores; null: no more. */
  setSearch(search: IViewSpec['search']): void;
  /**
   * Only annotations with these outcomes of an evaluation, beside what the filter says; null: of
   * any. `gesture` as above.
   */
  setOutcomes(outcomes: IViewSpec['outcomes'], gesture?: string): void;
  /** Replace the whole view. */
  setView(view: IViewSpec): void;
  /** Forget filter, SQL, search and outcomes. */
  clearFilters(): void;
  undo(): void;
  redo(): void;
  /** Go `steps` views forth, back when negative. */
  walkHistory(steps: number): void;
  /** Exactly these; `level` where it is not that of the view. */
  select(ids: Iterable<number>, level?: Level): void;
  toggle(id: number): void;
  /** Shift-click: everything in the view between the anchor and `id`. */
  selectTo(id: number): void;
  selectAll(): void;
  clearSelection(): void;
  setFocus(sampleId: number | null): void;
  /** Previous (-1) / next (+1) in the view. */
  moveFocus(step: number): void;
  /** Where no sample is in focus: the first selected one, else the first of the view. */
  focusAny(): Promise<void>;
  /** Tag what is selected; rejects with a `VisionLensError`. */
  tag(tag: string, options?: { remove?: boolean }): Promise<void>;
  refresh(): Promise<void>;
}

export interface IWorkspaceModel extends IWorkspaceActions {
  readonly store: StoreApi<IWorkspaceState>;
  /** The server's last answer about this workspace. */
  readonly server: IWorkspace;
  /** Resolves when the server has every change and `ids` are those of `view`. */
  flush(): Promise<void>;
  /** Somebody else made this version: read it, unless it is known already. */
  pull(version: number): Promise<void>;
  dispose(): Promise<void>;
}
