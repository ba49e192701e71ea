/** Ids and types that every part may import; imports nothing of the project but types. */
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { IWorkspaceModel } from './workspace/types';

export const NAMESPACE = 'visionlens';
export const PLUGIN_ID = 'visionlens-jlab:plugin';
/** Where searching starts: in the filters panel. */
export const SEARCH_INPUT = '.vl-search input';

/** The panel of datasets in the left sidebar. */
export const DATASETS_ID = 'visionlens-datasets';

/** Command ids. */
export const CommandIDs = {
  open: 'visionlens:open',
  openGrid: 'visionlens:open-grid',
  openSample: 'visionlens:open-sample',
  openMap: 'visionlens:open-map',
  openDuplicates: 'visionlens:open-duplicates',
  openEvaluation: 'visionlens:open-evaluation',
  showAnalyst: 'visionlens:show-analyst',
  analyse: 'visionlens:analyse',
  findSimilar: 'visionlens:find-similar',
  moreLike: 'visionlens:more-like-this',
  lessLike: 'visionlens:less-like-this',
  diverse: 'visionlens:diverse-sample',
  outliers: 'visionlens:outliers',
  showDatasets: 'visionlens:show-datasets',
  showFilters: 'visionlens:show-filters',
  search: 'visionlens:search',
  copyLink: 'visionlens:copy-link',
  openLink: 'visionlens:open-link',
  ingest: 'visionlens:ingest',
  openPath: 'visionlens:open-path',
  addImages: 'visionlens:add-images',
  showShortcuts: 'visionlens:show-shortcuts',
  insertCell: 'visionlens:insert-as-cell',
  selectAll: 'visionlens:select-all',
  clearSelection: 'visionlens:clear-selection',
  clearFilters: 'visionlens:clear-filters',
  undo: 'visionlens:undo-view',
  redo: 'visionlens:redo-view',
  tag: 'visionlens:tag-selection',
  showJobs: 'visionlens:show-jobs',
  refresh: 'visionlens:refresh',
  toggleOverlays: 'visionlens:toggle-overlays',
  relabel: 'visionlens:relabel',
  deleteAnnotations: 'visionlens:delete-annotations',
  undoLabels: 'visionlens:undo-labels',
  redoLabels: 'visionlens:redo-labels',
  exportLabels: 'visionlens:export',
  showPlugins: 'visionlens:show-plugins',
  runPlugin: 'visionlens:run-plugin',
  openPluginPanel: 'visionlens:open-plugin-panel',
  levelSamples: 'visionlens:level-samples',
  levelAnnotations: 'visionlens:level-annotations'
} as const;

/** The open workspaces; panels share them through this token. */
export interface IWorkspaces {
  /** The workspace of the VisionLens panel used last; null: none is open. */
  readonly current: IWorkspaceModel | null;
  readonly currentChanged: ISignal<IWorkspaces, IWorkspaceModel | null>;
  /** Open a dataset; the same (dataset, workspace id) gives the same model. */
  open(options: {
    dataset: string;
    workspace?: string;
    notebook?: string;
  }): Promise<IWorkspaceModel>;
  get(workspace: string): IWorkspaceModel | undefined;
  /** Forget a workspace that no panel shows any more. */
  close(workspace: string): void;
  activate(workspace: string): void;
  readonly added: ISignal<IWorkspaces, IWorkspaceModel>;
  readonly removed: ISignal<IWorkspaces, IWorkspaceModel>;
  [Symbol.iterator](): Iterator<IWorkspaceModel>;
}

export const IWorkspaces = new Token<IWorkspaces>(
  'visionlens-jlab:IWorkspaces',
  'The open VisionLens workspaces.'
);
