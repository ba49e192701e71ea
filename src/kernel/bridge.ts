/** The links of all notebooks of this page. */
import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';
import type { IWorkspaces } from '../tokens';
import type { IWorkspaceModel } from '../workspace/types';
import { type ILinkHost, NotebookLink } from './link';

export class KernelBridge {
  constructor(
    private readonly _workspaces: IWorkspaces,
    private readonly _host: Omit<ILinkHost, 'get'>
  ) {
    _workspaces.added.connect(this._onAdded, this);
    _workspaces.removed.connect(this._onRemoved, this);
  }

  /** Some notebook was linked to a workspace, or is so no longer. */
  readonly changed = new Signal<this, void>(this);

  /** Listen to a notebook's kernel until the answer is called. */
  add(session: ISessionContext): () => void {
    const link = new NotebookLink(session, {
      ...this._host,
      get: workspace => this._workspaces.get(workspace)
    });
    link.changed.connect(() => this.changed.emit());
    this._links.add(link);
    for (const model of this._workspaces) {
      this._join(link, model);
    }
    return () => {
      this._links.delete(link);
      link.dispose();
      this.changed.emit();
    };
  }

  /** The notebook linked to a workspace; not live: its kernel has to run `show()` again. */
  linkOf(workspace: string): { path: string; isLive: boolean } | null {
    for (const link of this._links) {
      if (link.has(workspace)) {
        return link;
      }
    }
    return null;
  }

  private _onAdded(_: unknown, model: IWorkspaceModel): void {
    this._links.forEach(link => this._join(link, model));
  }

  private _onRemoved(_: unknown, model: IWorkspaceModel): void {
    this._links.forEach(link => link.detach(model.server.workspace));
  }

  /** After a reload the workspaces of a notebook find their link again. */
  private _join(link: NotebookLink, model: IWorkspaceModel): void {
    const { notebook } = model.server;
    if (notebook !== null && sameNotebook(notebook, link.path)) {
      link.attach(model);
    }
  }

  private readonly _links = new Set<NotebookLink>();
}

/**
 * Whether a kernel's name for its notebook and the page's are the same.
 *
 * The kernel knows an absolute path of the server, the page one below the server's root, perhaps
 * with a drive in front.
 */
export function sameNotebook(recorded: string, path: string): boolean {
  const local = path.replace(/^[^/:]+:/, '');
  const known = recorded.replace(/\\/g, '/');
  return known === local || known.endsWith(`/${local}`);
}
