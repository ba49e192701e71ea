import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { PanelWidget } from '../core/components/panelWidget';
import type { IWorkspaceModel } from '../core/workspace/types';
import { EvaluationPanel } from './EvaluationPanel';

/** Where the models of a workspace's dataset are wrong. */
export function createEvaluationPanel(
  model: IWorkspaceModel,
  context: IPanelContext
): Widget {
  return new PanelWidget(<EvaluationPanel model={model} context={context} />, {
    className: 'vl-evaluation',
    focus: ['.vl-evaluation-body']
  });
}
