import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IWorkspaceModel } from '../workspace/types';
import { GridPanel } from './GridPanel';

class GridWidget extends ReactWidget {
  constructor(
    private readonly _model: IWorkspaceModel,
    private readonly _context: IPanelContext
  ) {
    super();
    this.addClass('vl-panel');
    this.addClass('vl-grid');
  }

  protected render(): JSX.Element {
    return <GridPanel model={this._model} context={this._context} />;
  }

  /** The keyboard goes to the tile that had it. */
  protected onActivateRequest(_: Message): void {
    this.node.querySelector<HTMLElement>('.vl-tile[tabindex="0"]')?.focus();
  }
}

/** The grid of a workspace. */
export function createGridPanel(
  model: IWorkspaceModel,
  context: IPanelContext
): Widget {
  return new GridWidget(model, context);
}
