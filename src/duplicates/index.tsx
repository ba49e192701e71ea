import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { PanelWidget } from '../core/components/panelWidget';
import type { IWorkspaceModel } from '../core/workspace/types';
import { DuplicatesPanel } from './DuplicatesPanel';

/** The duplicates of a workspace's dataset. */
export function createDuplicatesPanel(
  model: IWorkspaceModel,
  context: IPanelContext
): Widget {
  return new PanelWidget(<DuplicatesPanel model={model} context={context} />, {
    className: 'vl-duplicates',
    focus: ['.vl-duplicates-body']
  });
}
