import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import type { IWorkspaces } from '../tokens';
import { FiltersPanel, NoWorkspace } from './FiltersPanel';

class FiltersWidget extends ReactWidget {
  constructor(
    private readonly _workspaces: IWorkspaces,
    private readonly _context: IPanelContext
  ) {
    super();
    this.id = 'visionlens-filters';
    this.addClass('vl-panel');
    this.addClass('vl-filters');
    this.title.caption = _context.trans.__('VisionLens filters');
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._workspaces.currentChanged}>
        {() => {
          const model = this._workspaces.current;
          return model === null ? (
            <NoWorkspace context={this._context} />
          ) : (
            <FiltersPanel
              key={model.store.getState().id}
              model={model}
              context={this._context}
            />
          );
        }}
      </UseSignal>
    );
  }

  /** Showing the filters puts the cursor where a filter can be typed. */
  protected onActivateRequest(_: Message): void {
    this.node.querySelector<HTMLElement>('.vl-predicate-input')?.focus();
  }
}

/** The sidebar with the filters of the current workspace. */
export function createFiltersPanel(
  workspaces: IWorkspaces,
  context: IPanelContext
): Widget {
  return new FiltersWidget(workspaces, context);
}
