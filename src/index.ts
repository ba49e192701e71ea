/** The plugins of the extension; what they show is loaded when it is first shown. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { actionsPlugin } from './plugins/actions';
import { addressPlugin } from './plugins/address';
import { analystPlugin } from './plugins/analyst';
import { corePlugin, workspacesPlugin } from './plugins/core';
import { labelsPlugin } from './plugins/labels';
import { jobsPlugin } from './plugins/jobs';
import { notebooksPlugin } from './plugins/notebooks';
import { panelsPlugin } from './plugins/panels';
import { shortcutsPlugin } from './plugins/shortcuts';
import { searchesPlugin } from './plugins/searches';
import { sidebarPlugin } from './plugins/sidebar';
import { waysInPlugin } from './plugins/waysIn';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  corePlugin,
  workspacesPlugin,
  sidebarPlugin,
  panelsPlugin,
  analystPlugin,
  actionsPlugin,
  searchesPlugin,
  waysInPlugin,
  labelsPlugin,
  jobsPlugin,
  shortcutsPlugin,
  notebooksPlugin,
  addressPlugin
];

export default plugins;
