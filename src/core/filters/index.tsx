import { UseSignal } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { PanelWidget } from '../components/panelWidget';
import type { IWorkspaces } from '../tokens';
import { SEARCH_INPUT } from '../tokens';
import { FiltersPanel, NoWorkspace } from './FiltersPanel';

/** The sidebar with the filters of the current workspace. */
export function createFiltersPanel(
  workspaces: IWorkspaces,
  context: IPanelContext
): Widget {
  const content = (
    <UseSignal signal={workspaces.currentChanged}>
      {() => {
        const model = workspaces.current;
        return model === null ? (
          <NoWorkspace context={context} />
        ) : (
          <FiltersPanel
            key={model.store.getState().id}
            model={model}
            context={context}
          />
        );
      }}
    </UseSignal>
  );
  return new PanelWidget(content, {
    className: 'vl-filters',
    focus: [SEARCH_INPUT]
  });
}
