/** The plugins of the extension; what they show is loaded when it is first shown. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { analystPlugin } from './analysis/plugin';
import { actionsPlugin } from './core/plugins/commands/actions';
import { addressPlugin } from './core/plugins/address';
import { corePlugin, workspacesPlugin } from './core/plugins/core';
import { jobsPlugin } from './core/plugins/jobs';
import { notebooksPlugin } from './core/plugins/notebooks/notebooks';
import { panelsPlugin } from './core/plugins/panels/panels';
import { shortcutsPlugin } from './core/plugins/commands/shortcuts';
import { sidebarPlugin } from './core/plugins/sidebar';
import { duplicatesPlugin } from './duplicates/plugin';
import { searchesPlugin } from './embeddings/plugin';
import { evaluationPlugin } from './evaluation/plugin';
import { exportPlugin } from './export/plugin';
import { ingestionPlugin } from './ingestion/plugin';
import { labelsPlugin } from './labels/plugin';
import { mapPlugin } from './map/plugin';
import { pluginsPlugin } from './plugins/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  corePlugin,
  workspacesPlugin,
  sidebarPlugin,
  panelsPlugin,
  actionsPlugin,
  jobsPlugin,
  shortcutsPlugin,
  notebooksPlugin,
  addressPlugin,
  // Capabilities: a folder and a line each.
  ingestionPlugin,
  mapPlugin,
  duplicatesPlugin,
  evaluationPlugin,
  analystPlugin,
  searchesPlugin,
  labelsPlugin,
  exportPlugin,
  pluginsPlugin
];

export default plugins;
