/** The status bar's line about the notebook linked to the current workspace; plain elements. */
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { IWorkspaces } from '../tokens';
import type { KernelBridge } from './bridge';

export class LinkStatusItem extends Widget {
  constructor(
    private readonly _workspaces: IWorkspaces,
    private readonly _bridge: KernelBridge,
    private readonly _trans: TranslationBundle,
    private readonly _onClick: (path: string) => void
  ) {
    super({ node: document.createElement('button') });
    this.addClass('vl-link-status');
    _workspaces.currentChanged.connect(this._follow, this);
    _bridge.changed.connect(this.update, this);
    this._follow();
  }

  handleEvent(event: Event): void {
    const path = this._link?.path;
    if (event.type === 'click' && path !== undefined) {
      this._onClick(path);
    }
  }

  protected onAfterAttach(): void {
    this.node.addEventListener('click', this);
  }

  protected onBeforeDetach(): void {
    this.node.removeEventListener('click', this);
  }

  protected onUpdateRequest(_: Message): void {
    const state = this._workspaces.current?.store.getState();
    const link = this._link;
    if (!state) {
      this.node.textContent = '';
      return;
    }
    const name = state.detail?.name ?? state.dataset;
    if (link === null) {
      this.node.textContent = name;
      this.node.title = this._trans.__(
        'No notebook is linked: run ds.show() in one.'
      );
      return;
    }
    const notebook = PathExt.basename(link.path);
    this.node.textContent = link.isLive
      ? this._trans.__('%1 · linked to %2', name, notebook)
      : this._trans.__('%1 · link to %2 waits', name, notebook);
    this.node.title = link.isLive
      ? link.path
      : this._trans.__('Run ds.show() in %1.', link.path);
  }

  private get _link(): { path: string; isLive: boolean } | null {
    const { current } = this._workspaces;
    return current && this._bridge.linkOf(current.server.workspace);
  }

  private _follow(): void {
    this._unsubscribe();
    this._unsubscribe =
      this._workspaces.current?.store.subscribe((state, before) => {
        if (state.detail !== before.detail) {
          this.update();
        }
      }) ?? (() => undefined);
    this.update();
  }

  private _unsubscribe: () => void = () => undefined;
}
