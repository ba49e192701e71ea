import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../client/context';
import { PanelWidget } from '../components/panelWidget';
import type { IWorkspaceModel } from '../workspace/types';
import { SamplePanel } from './SamplePanel';

/** The sample panel of a workspace. */
export function createSamplePanel(
  model: IWorkspaceModel,
  context: IPanelContext
): Widget {
  return new PanelWidget(<SamplePanel model={model} context={context} />, {
    className: 'vl-sample',
    focus: ['.vl-sample-body']
  });
}
