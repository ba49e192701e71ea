/** A light shell around a panel whose code is loaded when it is first shown. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import { errorBody } from '../../client/errors';

export interface ILazyPanelOptions {
  readonly trans: TranslationBundle;
  /**
   * Loads the code and makes the content, and what stands below it; called again when the user
   * tries again.
   */
  readonly load: () => Promise<Widget | [Widget, ...Widget[]]>;
}

export class LazyPanel extends Widget {
  constructor(private readonly _options: ILazyPanelOptions) {
    super();
    this.addClass('vl-shell');
    this.layout = new PanelLayout();
    // The tab that has the focus is the current one, also before its content is loaded.
    this.node.tabIndex = -1;
  }

  /** The panel itself, once it is loaded. */
  get content(): Widget | null {
    return this._content;
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._start();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._start();
    }
  }

  /** A closed tab is gone: opened again, it is made anew. */
  protected onCloseRequest(message: Message): void {
    super.onCloseRequest(message);
    this.dispose();
  }

  protected onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
    this._content?.activate();
  }

  private _start(): void {
    if (!this._loading) {
      this._loading = true;
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    const { trans, load } = this._options;
    this._replace(note(trans.__('Loading…')));
    try {
      const [made] = await Promise.all([load(), import('./panelStyles')]);
      const all = Array.isArray(made) ? made : [made];
      if (this.isDisposed) {
        all.forEach(widget => widget.dispose());
        return;
      }
      const [content, ...below] = all;
      // Whoever went elsewhere meanwhile keeps the keyboard there.
      const hasFocus = this.node.contains(document.activeElement);
      this._content = content;
      content.addClass('vl-shell-content');
      this._replace(content, ...below);
      if (hasFocus) {
        content.activate();
      }
    } catch (reason) {
      if (!this.isDisposed) {
        this._replace(this._failure(reason));
      }
    }
  }

  private _replace(...widgets: Widget[]): void {
    const layout = this.layout as PanelLayout;
    while (layout.widgets.length > 0) {
      layout.widgets[0].dispose();
    }
    widgets.forEach(widget => layout.addWidget(widget));
  }

  /** Plain elements: the code of the panels' own error box may be what failed to load. */
  private _failure(reason: unknown): Widget {
    const { message, hint } = errorBody(reason);
    const widget = note(`${message} ${hint}`.trim());
    widget.node.setAttribute('role', 'alert');
    const button = document.createElement('button');
    button.className = 'vl-button';
    button.textContent = this._options.trans.__('Try again');
    button.onclick = () => void this._load();
    widget.node.append(button);
    return widget;
  }

  private _content: Widget | null = null;
  private _loading = false;
}

export interface ISidePanelOptions extends ILazyPanelOptions {
  readonly id: string;
  readonly caption: string;
  readonly icon: LabIcon;
  readonly area: 'left' | 'right';
  readonly rank: number;
}

/** A panel of a sidebar. */
export function addSidePanel(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  options: ISidePanelOptions
): LazyPanel {
  const { id, caption, icon, area, rank } = options;
  const panel = new LazyPanel(options);
  panel.id = id;
  panel.title.icon = icon;
  panel.title.caption = caption;
  panel.node.setAttribute('role', 'region');
  panel.node.setAttribute('aria-label', caption);
  app.shell.add(panel, area, { rank, type: 'VisionLens' });
  restorer?.add(panel, id);
  return panel;
}

function note(text: string): Widget {
  const widget = new Widget();
  widget.addClass('vl-shell-note');
  const line = document.createElement('p');
  line.textContent = text;
  widget.node.append(line);
  return widget;
}
