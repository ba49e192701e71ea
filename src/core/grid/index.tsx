import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IWorkspaceContext } from '../client/context';
import { PanelWidget } from '../components/panelWidget';
import type { IWorkspaceModel } from '../workspace/types';
import { GridPanel } from './GridPanel';
import { createSources } from './images/sources';

/** The grid of a workspace. */
export function createGridPanel(
  model: IWorkspaceModel,
  context: IWorkspaceContext
): Widget {
  const sources = createSources(context.client, model.store.getState());
  const panel = new PanelWidget(
    <GridPanel model={model} context={context} sources={sources} />,
    {
      className: 'vl-grid',
      focus: ['.vl-tile[tabindex="0"]', '.vl-grid-body']
    }
  );
  panel.disposed.connect(() => sources.dispose());
  return panel;
}
