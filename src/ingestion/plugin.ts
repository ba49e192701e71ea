/** Datasets and images that are added: from Lab's file browser, and image files from the desktop. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { type FileBrowser, IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { CommandIDs, IWorkspaces } from '../core/tokens';
import { DATASET_ARGS, PATH_ARGS } from '../core/plugins/commands/args';
import { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';
import { IPanels } from '../core/plugins/panels/panels';
import { datasetsIcon, lensIcon } from '../core/plugins/icons';
import type { IUploads } from './uploads/types';

/** The one item selected in the file browser, if a dataset may lie there. */
function selectedPath(browser: FileBrowser | null): string | null {
  const [item, another] = [...(browser?.selectedItems() ?? [])];
  if (!browser || !item || another) {
    return null;
  }
  const { contents } = browser.model.manager.services;
  const fits = item.type === 'directory' || /\.(json|ya?ml)$/i.test(item.name);
  return fits && contents.driveName(item.path) === ''
    ? contents.localPath(item.path) || '.'
    : null;
}

export const ingestionPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:ingestion',
  description: 'Adds datasets and images.',
  requires: [ICore, IWorkspaces, IPanels],
  optional: [IDefaultFileBrowser],
  autoStart: true,
  activate: (
    _: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    panels: IPanels,
    browser: FileBrowser | null
  ) => {
    const { client, commands, jobs, slots, trans } = core;
    let loading: Promise<IUploads> | null = null;
    const uploads = (): Promise<IUploads> =>
      (loading ??= import('./uploads/uploads').then(
        ({ Uploads }) => new Uploads(client, jobs)
      ));
    const parts = () => import('./slots');
    slots.add('add-dataset', async () => (await parts()).IngestForm);
    slots.add('datasets', async () =>
      (await parts()).uploadList(await uploads())
    );
    slots.add('dataset-card', async () =>
      (await parts()).datasetReport(await uploads())
    );
    panels.addBelow('grid', async (panel, dataset, opened) => {
      const [{ createUploadBar }, { searchByFile }, sent] = await Promise.all([
        import('./uploads/uploadBar'),
        import('../core/search/searchByFile'),
        uploads()
      ]);
      return createUploadBar(
        panel,
        dataset,
        sent,
        trans,
        image => void opened.then(model => searchByFile(core, model, image))
      );
    });
    commands.addCommand(CommandIDs.openPath, {
      label: trans.__('Open in VisionLens'),
      caption: trans.__('The dataset that lies in a folder or a label file'),
      icon: lensIcon,
      describedBy: PATH_ARGS,
      isEnabled: args =>
        args.path !== undefined || selectedPath(browser) !== null,
      execute: async args => {
        const path = (args.path as string | undefined) ?? selectedPath(browser);
        if (path !== null) {
          await import('./openPath')
            .then(({ openPath }) => openPath(core, path))
            .catch(reportFailure);
        }
      }
    });
    commands.addCommand(CommandIDs.addImages, {
      label: trans.__('Add Images…'),
      caption: trans.__('Copy image files from this computer into a dataset'),
      icon: datasetsIcon,
      describedBy: DATASET_ARGS,
      isEnabled: args =>
        args.dataset !== undefined || workspaces.current !== null,
      execute: async args => {
        const dataset =
          (args.dataset as string | undefined) ??
          workspaces.current?.server.dataset;
        if (dataset) {
          await import('./addImages')
            .then(({ addImages }) => addImages(uploads(), dataset))
            .catch(reportFailure);
        }
      }
    });
    core.offer(CommandIDs.openPath, CommandIDs.addImages);
  }
};
