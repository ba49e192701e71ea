/** What a notebook's kernel and this page say to each other. */
import type { IWorkspace } from '../client/types';

/** Comm from here to the kernel. */
export const STATE_TARGET = 'visionlens_jlab.state';
/** Comm from the kernel to here: ipykernel answers on the shell that last sent on a comm. */
export const REQUEST_TARGET = 'visionlens_jlab.request';

/** A type, not an interface: comm messages have to be JSON objects. */
export type StateMessage = {
  type: 'state';
  dataset: string;
  workspace: string;
  version: number;
  view_version: number;
  selection_version: number;
  selection_count: number;
  predicate: string;
  count: number;
  total: number;
};

/** Asks the kernel on the state comm which workspaces its lenses link; it answers there. */
export type SyncMessage = { type: 'sync' };

export interface ILinks {
  readonly type: 'links';
  readonly links: readonly { dataset: string; workspace: string }[];
}

export interface IShowRequest {
  readonly type: 'show';
  readonly dataset: string;
  readonly workspace: string;
  readonly notebook: string | null;
}

export interface IChangedNotice {
  readonly type: 'changed';
  readonly dataset: string;
  readonly workspace: string;
  readonly version: number;
}

export interface IHello {
  readonly type: 'hello';
  /** Version of visionlens-jlab in the kernel. */
  readonly version: string;
}

export type KernelMessage = IShowRequest | IChangedNotice | IHello | ILinks;

/** What the kernel is told of a workspace. */
export function stateMessage(workspace: IWorkspace): StateMessage {
  return {
    type: 'state',
    dataset: workspace.dataset,
    workspace: workspace.workspace,
    version: workspace.version,
    view_version: workspace.view_version,
    selection_version: workspace.selection.version,
    selection_count: workspace.selection.count,
    predicate: workspace.predicate,
    count: workspace.count,
    total: workspace.total
  };
}

/** A message of the kernel; null: not one of ours, perhaps of a newer version. */
export function parseKernelMessage(data: unknown): KernelMessage | null {
  const message = data as Partial<Record<string, unknown>> | null;
  switch (message?.type) {
    case 'hello':
      return typeof message.version === 'string' ? (data as IHello) : null;
    case 'show':
      return names(message) ? (data as IShowRequest) : null;
    case 'changed':
      return names(message) && typeof message.version === 'number'
        ? (data as IChangedNotice)
        : null;
    case 'links':
      return Array.isArray(message.links) && message.links.every(names)
        ? (data as ILinks)
        : null;
    default:
      return null;
  }
}

function names(message: Partial<Record<string, unknown>> | null): boolean {
  return (
    typeof message?.dataset === 'string' &&
    typeof message.workspace === 'string'
  );
}
