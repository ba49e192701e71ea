/** The state of a workspace's store: how it starts, and what must change together. */
import type { IViewSpec, IWorkspace } from '../client/types';
import type { History } from './history';
import { countInView } from './selection';
import type { IWorkspaceState } from './types';

/** Before anything of the view was read. */
export function initialState(
  workspace: IWorkspace,
  history: History<IViewSpec>
): IWorkspaceState {
  return {
    id: workspace.workspace,
    dataset: workspace.dataset,
    version: workspace.version,
    datasetVersion: workspace.dataset_version,
    detail: null,
    view: workspace.view,
    shown: workspace.view,
    predicate: workspace.predicate,
    ids: new Uint32Array(),
    total: workspace.total,
    selection: { level: workspace.selection.level, ids: new Set() },
    selectedInView: 0,
    focus: null,
    pending: true,
    error: null,
    past: history.past,
    future: history.future
  };
}

/** A change of the ids or the selection, with the count that depends on both. */
export function counted(
  state: IWorkspaceState,
  change: Partial<IWorkspaceState>
): Partial<IWorkspaceState> {
  const { ids, shown, selection } = { ...state, ...change };
  return {
    ...change,
    selectedInView: countInView(ids, shown.level, selection)
  };
}
