/** `?visionlens=<dataset>[&view=…|&saved=…]` in the page's address opens that dataset and view. */
import {
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { CommandIDs, IWorkspaces, NAMESPACE } from '../tokens';
import { LINK_ARGS, NO_ARGS } from './commands/args';
import { ICore } from './core';
import { reportFailure } from './failure';
import type { Links } from './notebooks/links';

/**
 * The page's address if it names a dataset; the names leave it, so that a reload shows what the
 * layout remembers.
 */
function takeAddress(): URL | null {
  const address = new URL(window.location.href);
  if (!address.searchParams.get(NAMESPACE)) {
    return null;
  }
  const rest = new URL(address);
  [NAMESPACE, 'view', 'saved', 'map'].forEach(name =>
    rest.searchParams.delete(name)
  );
  window.history.replaceState(window.history.state, '', rest);
  return address;
}

export const addressPlugin: JupyterFrontEndPlugin<void> = {
  id: 'visionlens-jlab:address',
  description: 'Opens the dataset and view that an address names.',
  requires: [ICore, IWorkspaces, INotebookTracker],
  optional: [IRouter],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    core: ICore,
    workspaces: IWorkspaces,
    notebooks: INotebookTracker,
    router: IRouter | null
  ) => {
    const { commands, trans } = core;
    const run = async <T>(
      work: (links: Links) => T | Promise<T>
    ): Promise<T | undefined> => {
      try {
        const { Links } = await import('./notebooks/links');
        return await work(new Links(app, core, notebooks));
      } catch (reason) {
        reportFailure(reason);
        return undefined;
      }
    };
    const follow = (): void => {
      const address = takeAddress();
      if (address !== null) {
        const path = PageConfig.getOption('treePath');
        void run(links => links.open(address, path));
      }
    };
    follow();
    router?.routed.connect(follow);

    commands.addCommand(CommandIDs.copyLink, {
      label: trans.__('Copy Link to This View'),
      describedBy: NO_ARGS,
      isEnabled: () => workspaces.current !== null,
      execute: () =>
        run(links => workspaces.current && links.copy(workspaces.current))
    });
    commands.addCommand(CommandIDs.openLink, {
      label: trans.__('Open Link to a View…'),
      describedBy: LINK_ARGS,
      execute: ({ link }: { link?: string }) =>
        run(links => links.openText(link))
    });
    core.offer(CommandIDs.copyLink, CommandIDs.openLink);
  }
};
