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
    this.changed.emit();
    return () => {
      this._links.delete(link);
      link.dispose();
      this.changed.emit();
    };
  }

  /** The notebook linked to a workspace; not live: its kernel has to run `show()` (again). */
  linkOf(workspace: string): { path: string; isLive: boolean } | null {
    const links = [...this._links];
    const linked = links.filter(link => link.has(workspace));
    return (
      linked.find(link => link.isLive) ??
      linked[0] ??
      this._waiting(links, workspace)
    );
  }

  /** No kernel speaks of the workspace, but it was made for one of the notebooks. */
  private _waiting(
    links: NotebookLink[],
    workspace: string
  ): { path: string; isLive: false } | null {
    const notebook = this._workspaces.get(workspace)?.server.notebook ?? null;
    const link =
      notebook !== null &&
      links.find(({ path }) => sameNotebook(notebook, path));
    return link ? { path: link.path, isLive: false } : null;
  }

  private _onAdded(_: unknown, model: IWorkspaceModel): void {
    this._links.forEach(link => link.offer(model));
  }

  private _onRemoved(_: unknown, model: IWorkspaceModel): void {
    this._links.forEach(link => link.detach(model.server.workspace));
  }

  private readonly _links = new Set<NotebookLink>();
}

/**
 * Whether a workspace was made for a notebook of this page.
 *
 * The server records absolute paths, the page knows those below the server's root, perhaps with a
 * drive in front.
 */
export function sameNotebook(recorded: string, path: string): boolean {
  const local = path.replace(/^[^/:]+:/, '');
  const known = recorded.replace(/\\/g, '/');
  return known === local || known.endsWith(`/${local}`);
}
