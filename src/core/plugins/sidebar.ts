/** The left sidebar: datasets and filters. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { searchIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import type { IFormState } from '../datasets/types';
import { CommandIDs, DATASETS_ID, IWorkspaces, SEARCH_INPUT } from '../tokens';
import { INGEST_ARGS, NO_ARGS } from './commands/args';
import { ICore } from './core';
import { datasetsIcon, filtersIcon } from './icons';
import { addSidePanel, type LazyPanel } from './panels/lazyPanel';
import { IPanels } from './panels/panels';

class FormState implements IFormState {
  readonly changed = new Signal<this, void>(this);

  get request(): IFormState['request'] {
    return this._request;
  }

  open(source = ''): void {
    this._set({ source });
  }

  close(): void {
    this._set(null);
  }

  private _set(request: IFormState['request']): void {
    this._request = request;
    this.changed.emit();
  }

  private _request: IFormState['request'] = null;
}

export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:sidebar',
  description: 'Adds datasets and filters to the sidebar.',
  requires: [ICore, IWorkspaces, IPanels],
  optional: [ILayoutRestorer],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    panels: IPanels,
    restorer: ILayoutRestorer | null
  ) => {
    const { trans, commands } = core;
    const form = new FormState();

    const show = (panel: LazyPanel) => (): void =>
      app.shell.activateById(panel.id);
    const datasets = addSidePanel(app, restorer, {
      trans,
      id: DATASETS_ID,
      caption: trans.__('VisionLens datasets'),
      icon: datasetsIcon,
      area: 'left',
      rank: 610,
      load: async () => {
        // A dataset chosen here opens without waiting for code.
        panels.preload('grid');
        const [{ createDatasetsPanel }] = await Promise.all([
          import('../datasets'),
          core.slots.load('add-dataset', 'datasets', 'dataset-card')
        ]);
        return createDatasetsPanel({ ...core, form });
      }
    });
    const filters = addSidePanel(app, restorer, {
      trans,
      id: 'visionlens-filters-sidebar',
      caption: trans.__('VisionLens filters'),
      icon: filtersIcon,
      area: 'left',
      rank: 611,
      load: async () =>
        (await import('../filters')).createFiltersPanel(workspaces, core)
    });

    const showDatasets = show(datasets);
    const showFilters = show(filters);

    commands.addCommand(CommandIDs.showDatasets, {
      label: trans.__('Show Datasets'),
      icon: datasetsIcon,
      describedBy: NO_ARGS,
      execute: showDatasets
    });
    commands.addCommand(CommandIDs.showFilters, {
      label: trans.__('Show Filters'),
      icon: filtersIcon,
      describedBy: NO_ARGS,
      execute: showFilters
    });
    commands.addCommand(CommandIDs.search, {
      label: trans.__('Search in Dataset'),
      caption: trans.__('Search file names, classes and tags'),
      icon: searchIcon,
      describedBy: NO_ARGS,
      execute: () => {
        showFilters();
        // A panel that is still to be loaded takes the keyboard to the search by itself.
        filters.content?.node
          .querySelector<HTMLInputElement>(SEARCH_INPUT)
          ?.focus();
      }
    });
    commands.addCommand(CommandIDs.ingest, {
      label: trans.__('Add Dataset…'),
      caption: trans.__('Ingest a folder of images'),
      icon: datasetsIcon,
      describedBy: INGEST_ARGS,
      execute: args => {
        form.open(args.source as string | undefined);
        showDatasets();
      }
    });
    core.offer(
      CommandIDs.showDatasets,
      CommandIDs.showFilters,
      CommandIDs.search,
      CommandIDs.ingest
    );
  }
};
