/** `?visionlens=<dataset>[&view=…|&saved=…]` in the page's address opens that dataset and view. */
import {
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  Clipboard,
  ICommandPalette,
  InputDialog,
  Notification
} from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { linkIcon } from '@jupyterlab/ui-components';
import type { IViewSpec } from '../client/types';
import { CommandIDs, IWorkspaces } from '../tokens';
import { LINK_ARGS, NO_ARGS } from './args';
import { openBeside } from './beside';
import { ICore } from './core';
import { reportFailure } from './failure';
import { type ILink, readLink, viewLink, withoutLink } from './viewLink';

/** A notebook that has not opened by then will not. */
const PATIENCE_MS = 15_000;

/** What the address asks for; that leaves it, so that a reload shows what the layout remembers. */
function takeLink(): ILink | null {
  const url = new URL(window.location.href);
  const link = readLink(url);
  if (link !== null) {
    window.history.replaceState(window.history.state, '', withoutLink(url));
  }
  return link;
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

export const addressPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:address',
  description:
    'Opens the dataset and view that an address names; copies such addresses.',
  requires: [ICore, IWorkspaces, INotebookTracker],
  optional: [IRouter, ICommandPalette],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    notebooks: INotebookTracker,
    router: IRouter | null,
    palette: ICommandPalette | null
  ) => {
    const { commands, trans } = core;

    const open = async (link: ILink, path: string): Promise<void> => {
      await app.restored;
      const panel = path.endsWith('.ipynb')
        ? await notebookAt(path, notebooks)
        : null;
      const view = await viewOf(link, core);
      await openBeside(app, panel, {
        dataset: link.dataset,
        notebook: panel?.context.localPath,
        ...(view && { view })
      });
    };
    const follow = (): void => {
      const link = takeLink();
      if (link !== null) {
        open(link, PageConfig.getOption('treePath')).catch(reportFailure);
      }
    };
    follow();
    router?.routed.connect(follow);

    commands.addCommand(CommandIDs.copyLink, {
      label: trans.__('Copy Link to This View'),
      caption: trans.__('An address that opens the dataset with this view'),
      icon: linkIcon,
      describedBy: NO_ARGS,
      isEnabled: () => workspaces.current !== null,
      execute: () => {
        if (!workspaces.current) {
          return null;
        }
        const { dataset, view } = workspaces.current.store.getState();
        const link = viewLink(
          app.serviceManager.serverSettings.baseUrl,
          dataset,
          view
        );
        Clipboard.copyToSystem(link);
        Notification.success(trans.__('The link is in the clipboard.'), {
          autoClose: 3000
        });
        return link;
      }
    });
    commands.addCommand(CommandIDs.openLink, {
      label: trans.__('Open Link to a View…'),
      caption: trans.__('Open a dataset with the view of a link'),
      describedBy: LINK_ARGS,
      execute: async ({ link }: { link?: string }) => {
        const given =
          link ??
          (
            await InputDialog.getText({
              title: trans.__('Open a link to a view'),
              label: trans.__('Link')
            })
          ).value;
        if (given?.trim()) {
          await openText(given.trim()).catch(reportFailure);
        }
      }
    });
    const openText = async (text: string): Promise<void> => {
      const known = URL.canParse(text, window.location.href)
        ? readLink(new URL(text, window.location.href))
        : null;
      if (!known) {
        throw new Error(
          trans.__('The text is no link to a view: it names no dataset.')
        );
      }
      await open(known, '');
    };
    const category = trans.__('VisionLens');
    [CommandIDs.copyLink, CommandIDs.openLink].forEach(command =>
      palette?.addItem({ command, category })
    );
    workspaces.currentChanged.connect(() =>
      commands.notifyCommandChanged(CommandIDs.copyLink)
    );
  }
};
