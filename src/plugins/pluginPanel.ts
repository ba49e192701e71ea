/** A panel that a plugin's JavaScript module fills. */
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { IPanelContext } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IWorkspaceModel } from '../core/workspace/types';
import { panelGiven } from './panelGiven';

export class PluginPanel extends Widget {
  /** `part`: plugin/panel. */
  constructor(
    private readonly _model: IWorkspaceModel,
    private readonly _context: IPanelContext,
    part: string
  ) {
    super();
    this.addClass('vl-panel');
    this.addClass('vl-plugin-panel');
    this.node.tabIndex = -1;
    [this._plugin, this._panel] = part.split('/');
    void this._load();
  }

  dispose(): void {
    this._closed.abort();
    super.dispose();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  private async _load(): Promise<void> {
    this._closed.abort();
    this._closed = new AbortController();
    const { signal } = this._closed;
    const element = document.createElement('div');
    element.className = 'vl-plugin-element';
    try {
      const { activate } = await this._context.client.plugins.panelModule(
        this._plugin,
        this._panel
      );
      if (signal.aborted) {
        return;
      }
      this.node.replaceChildren(element);
      await activate(panelGiven(element, this._model, this._context, signal));
    } catch (reason) {
      if (!signal.aborted) {
        this._tell(reason);
      }
    }
  }

  private _tell(reason: unknown): void {
    const { message, hint } = errorBody(reason);
    const said = document.createElement('div');
    said.className = 'vl-error';
    said.setAttribute('role', 'alert');
    const line = document.createElement('p');
    line.className = 'vl-error-message';
    line.textContent = this._context.trans.__(
      'The panel %1 of the plugin %2 failed: %3',
      this._panel,
      this._plugin,
      message
    );
    const advice = document.createElement('p');
    advice.className = 'vl-error-hint';
    advice.textContent = hint;
    const again = document.createElement('button');
    again.className = 'vl-button';
    again.textContent = this._context.trans.__('Load it again');
    again.onclick = () => void this._load();
    said.append(line, advice, again);
    this.node.replaceChildren(said);
  }

  private readonly _plugin: string;
  private readonly _panel: string;
  private _closed = new AbortController();
}
