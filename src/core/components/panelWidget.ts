import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

export interface IPanelOptions {
  /** The panel's own class beside `vl-panel`. */
  readonly className: string;
  /** Selectors of what takes the keyboard when the panel is activated; the first that is there. */
  readonly focus: readonly string[];
}

/** A Lumino widget around a panel's React content. */
export class PanelWidget extends ReactWidget {
  constructor(
    private readonly _content: JSX.Element,
    private readonly _options: IPanelOptions
  ) {
    super();
    this.addClass('vl-panel');
    this.addClass(_options.className);
  }

  protected render(): JSX.Element {
    return this._content;
  }

  protected onActivateRequest(_: Message): void {
    // React may not have drawn anything yet; by then the keyboard may be elsewhere again.
    void this.renderPromise?.then(() => {
      const active = document.activeElement;
      const shell = this.parent ?? this;
      const isFree = active === document.body || shell.node.contains(active);
      if (isFree && !this.node.contains(active)) {
        this._options.focus
          .map(selector => this.node.querySelector<HTMLElement>(selector))
          .find(element => element !== null)
          ?.focus();
      }
    });
  }
}
