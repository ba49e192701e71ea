/** Opens what links name and makes them; loaded when there is one. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, InputDialog, Notification } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IViewSpec } from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';
import { CommandIDs } from '../../tokens';
import { openWithNotebook } from './openWithNotebook';
import type { ICore } from '../core';
import { type ILink, readLink, viewLink } from '../viewLink';

/** A notebook that has not opened by then will not. */
const PATIENCE_MS = 15_000;

export class Links {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _notebooks: INotebookTracker
  ) {}

  /** Open the dataset and view of an address, beside the notebook at `path` if there is one. */
  async open(address: URL, path: string): Promise<void> {
    const link = readLink(address);
    if (link === null) {
      throw new Error(
        this._core.trans.__(
          'The text is no link to a view: it names no dataset.'
        )
      );
    }
    await this._app.restored;
    const panel = path.endsWith('.ipynb')
      ? await notebookAt(path, this._notebooks)
      : null;
    const view = await viewOf(link, this._core);
    await openWithNotebook(this._app, panel, {
      dataset: link.dataset,
      notebook: panel?.context.localPath,
      ...(view && { view })
    });
    if (link.map) {
      await this._app.commands.execute(CommandIDs.openMap, { activate: false });
    }
  }

  /** Put the address of a workspace's view into the clipboard; the address. */
  copy(model: IWorkspaceModel): string {
    const { dataset, view } = model.store.getState();
    const { baseUrl } = this._app.serviceManager.serverSettings;
    const link = viewLink(baseUrl, dataset, view);
    Clipboard.copyToSystem(link);
    Notification.success(this._core.trans.__('The link is in the clipboard.'), {
      autoClose: 3000
    });
    return link;
  }

  /** Open a link, written or asked for. */
  async openText(written: string | undefined): Promise<void> {
    const { trans } = this._core;
    const text =
      written ??
      (
        await InputDialog.getText({
          title: trans.__('Open a link to a view'),
          label: trans.__('Link')
        })
      ).value;
    if (text?.trim()) {
      await this.open(new URL(text.trim(), window.location.href), '');
    }
  }
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

/** The view of a link; undefined: the dataset opens as it is. */
async function viewOf(
  { dataset, view, saved }: ILink,
  core: ICore
): Promise<IViewSpec | undefined> {
  const { client, trans } = core;
  if (view === null) {
    Notification.error(
      trans.__(
        'The link is damaged: its view cannot be read. The dataset opens without it; copy the link again from where it came.'
      )
    );
    return undefined;
  }
  if (view !== undefined || saved === undefined) {
    return view;
  }
  const found = (await client.savedViews(dataset)).find(
    ({ name }) => name === saved
  );
  if (!found) {
    Notification.error(
      trans.__('There is no saved view “%1” any more.', saved)
    );
  }
  return found?.view;
}
