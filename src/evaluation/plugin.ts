/** Shows where models are wrong. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICore } from '../core/plugins/core';
import { evaluationIcon } from '../core/plugins/icons';
import { IPanels } from '../core/plugins/panels/panels';
import { CommandIDs } from '../core/tokens';

export const evaluationPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:evaluation',
  description: 'Shows where models are wrong.',
  requires: [ICore, IPanels],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, panels: IPanels) => {
    const { trans } = core;
    core.addPart(
      'evaluations',
      async transport =>
        new (await import('./client')).EvaluationsClient(transport)
    );
    panels.add({
      kind: 'evaluation',
      command: CommandIDs.openEvaluation,
      label: trans.__('Open Evaluation'),
      caption: trans.__('Where a model is wrong, and how often'),
      icon: evaluationIcon,
      title: name => trans.__('Evaluation — %1', name),
      minimumWidth: 480,
      splitRight: true,
      load: async () => (await import('.')).createEvaluationPanel
    });
  }
};
