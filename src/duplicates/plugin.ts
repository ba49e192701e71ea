/** Finds images that are there more than once. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';

import { ICore } from '../core/plugins/core';
import { duplicatesIcon } from '../core/plugins/icons';
import { IPanels } from '../core/plugins/panels/panels';
import { CommandIDs } from '../core/tokens';

export const duplicatesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:duplicates',
  description: 'Finds duplicates.',
  requires: [ICore, IPanels],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, panels: IPanels) => {
    const { trans } = core;
    panels.add({
      kind: 'duplicates',
      command: CommandIDs.openDuplicates,
      label: trans.__('Review Duplicates'),
      caption: trans.__('Images that are there more than once'),
      icon: duplicatesIcon,
      title: name => trans.__('Duplicates — %1', name),
      minimumWidth: 480,

      load: async () => (await import('.')).createDuplicatesPanel
    });
  }
};
