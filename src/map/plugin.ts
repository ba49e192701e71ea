/** Shows what is alike side by side. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';

import { ICore } from '../core/plugins/core';
import { mapIcon } from '../core/plugins/icons';
import { IPanels } from '../core/plugins/panels/panels';
import { CommandIDs } from '../core/tokens';

export const mapPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:map',
  description: 'Shows what is alike side by side.',
  requires: [ICore, IPanels],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, panels: IPanels) => {
    const { trans } = core;
    panels.add({
      kind: 'map',
      command: CommandIDs.openMap,
      label: trans.__('Open Map'),
      caption: trans.__('What is alike lies side by side'),
      icon: mapIcon,
      title: name => trans.__('Map — %1', name),
      minimumWidth: 360,
      splitRight: true,
      load: async () => (await import('.')).createMapPanel
    });
  }
};
