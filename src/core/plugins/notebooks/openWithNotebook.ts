/** A dataset's panels beside a notebook. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IViewSpec } from '../../client/types';
import { CommandIDs } from '../../tokens';

/**
 * Open the grid at the right of the notebook, and the filters; the notebook becomes the active
 * panel, unless `activate` is false. Rejects with a `VisionLensError`.
 */
export async function openWithNotebook(
  app: JupyterFrontEnd,
  notebook: NotebookPanel | null,
  place: {
    dataset: string;
    workspace?: string;
    notebook?: string;
    view?: IViewSpec;
  },
  activate = true
): Promise<void> {
  await app.commands.execute(CommandIDs.open, {
    ...place,
    ...(notebook && { ref: notebook.id, mode: 'split-right', activate: false })
  });
  if (notebook && activate) {
    app.shell.activateById(notebook.id);
  }
}
