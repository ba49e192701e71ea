import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IWorkspaceContext } from '../core/client/context';
import { PanelWidget } from '../core/components/panelWidget';
import type { IWorkspaceModel } from '../core/workspace/types';
import { MapPanel } from './MapPanel';

/** The map of a workspace. */
export function createMapPanel(
  model: IWorkspaceModel,
  context: IWorkspaceContext
): Widget {
  return new PanelWidget(<MapPanel model={model} context={context} />, {
    className: 'vl-map',
    focus: ['.vl-map-host', '.vl-map-body']
  });
}
