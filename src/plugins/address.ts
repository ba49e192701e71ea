/** `?visionlens=<dataset>` in the page's address opens that dataset. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { NAMESPACE } from '../tokens';
import { openBeside } from './beside';
import { reportFailure } from './failure';

/** A notebook that has not opened by then will not. */
const PATIENCE_MS = 15_000;

/** The dataset to open; it leaves the address, so that a reload shows what the layout remembers. */
function takeDataset(): string | null {
  const url = new URL(window.location.href);
  const dataset = url.searchParams.get(NAMESPACE);
  if (dataset !== null) {
    url.searchParams.delete(NAMESPACE);
    window.history.replaceState(window.history.state, '', url);
  }
  return dataset;
}

/** The notebook at a path as soon as JupyterLab shows it; null: it does not open. */
async function notebookAt(
  path: string,
  notebooks: INotebookTracker
): Promise<NotebookPanel | null> {
  const isIt = ({ context }: NotebookPanel): boolean =>
    context.path === path || context.localPath === path;
  const panel =
    notebooks.find(isIt) ??
    (await new Promise<NotebookPanel | null>(resolve => {
      const end = (found: NotebookPanel | null): void => {
        clearTimeout(timer);
        notebooks.widgetAdded.disconnect(onAdded);
        resolve(found);
      };
      const onAdded = (_: unknown, added: NotebookPanel): void => {
        if (isIt(added)) {
          end(added);
        }
      };
      const timer = setTimeout(() => end(null), PATIENCE_MS);
      notebooks.widgetAdded.connect(onAdded);
    }));
  await panel?.revealed;
  return panel;
}

async function open(
  app: JupyterFrontEnd,
  dataset: string,
  path: string,
  notebooks: INotebookTracker
): Promise<void> {
  await app.restored;
  const panel = path.endsWith('.ipynb')
    ? await notebookAt(path, notebooks)
    : null;
  await openBeside(app, panel, {
    dataset,
    notebook: panel?.context.localPath
  });
}

export const addressPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:address',
  description: 'Opens the dataset that the address of the page names.',
  requires: [INotebookTracker],
  autoStart: true,
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker) => {
    const dataset = takeDataset();
    if (dataset !== null) {
      const path = PageConfig.getOption('treePath');
      open(app, dataset, path, notebooks).catch(reportFailure);
    }
  }
};
