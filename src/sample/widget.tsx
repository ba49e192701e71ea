import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IWorkspaceModel } from '../workspace/types';
import { SamplePanel } from './SamplePanel';

class SampleWidget extends ReactWidget {
  constructor(
    private readonly _model: IWorkspaceModel,
    private readonly _context: IPanelContext
  ) {
    super();
    this.addClass('vl-panel');
    this.addClass('vl-sample');
  }

  protected render(): JSX.Element {
    return <SamplePanel model={this._model} context={this._context} />;
  }

  /** Arrow keys and zoom keys work at once. */
  protected onActivateRequest(_: Message): void {
    this.node.querySelector<HTMLElement>('.vl-sample-body')?.focus();
  }
}

/** The sample panel of a workspace. */
export function createSamplePanel(
  model: IWorkspaceModel,
  context: IPanelContext
): Widget {
  return new SampleWidget(model, context);
}
