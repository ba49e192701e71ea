import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../../client/context';
import type { IErrorBody, ISavedView } from '../../client/types';
import type { IWorkspaceModel } from '../../workspace/types';
import { sameView } from '../steps';
import { useAction } from '../../components/useAction';

export interface ISavedViews {
  /** Null until they were read. */
  readonly views: readonly ISavedView[] | null;
  /** The saved view that the present view is, or came from. */
  readonly current: ISavedView | null;
  /** Whether the present view differs from `current`. */
  readonly modified: boolean;
  /** The view that was deleted last, until something else is done. */
  readonly deleted: ISavedView | null;
  readonly error: IErrorBody | null;
  reload(): void;
  apply(view: ISavedView): void;
  /** Save the present view; false: that failed. */
  save(name: string): Promise<boolean>;
  rename(view: ISavedView, name: string): Promise<boolean>;
  remove(view: ISavedView): Promise<boolean>;
  restore(): Promise<boolean>;
}

/** The dataset's saved views, and what may be done with them. */
export function useSavedViews(
  model: IWorkspaceModel,
  client: Pick<IClient, 'savedViews' | 'saveView' | 'deleteView'>
): ISavedViews {
  const dataset = useStore(model.store, state => state.dataset);
  const workspace = useStore(model.store, state => state.id);
  const view = useStore(model.store, state => state.view);
  const [views, setViews] = React.useState<readonly ISavedView[] | null>(null);
  const { error, run } = useAction();
  const [origin, setOrigin] = React.useState(() => readOrigin(workspace));
  const [deleted, setDeleted] = React.useState<ISavedView | null>(null);

  const read = React.useCallback(async (): Promise<void> => {
    setViews(await client.savedViews(dataset));
  }, [client, dataset]);
  const reload = React.useCallback(() => void run(read), [run, read]);
  React.useEffect(reload, [reload]);

  const comeFrom = (name: string | null): void => {
    writeOrigin(workspace, name);
    setOrigin(name);
  };
  const attempt = (work: () => Promise<void>): Promise<boolean> => {
    setDeleted(null);
    return run(() => work().then(read));
  };

  const named = views?.find(({ name }) => name === origin);
  const equal = views?.find(saved => sameView(saved.view, view));
  const current =
    (named && sameView(named.view, view) ? named : (equal ?? named)) ?? null;
  return {
    views,
    current,
    modified: current !== null && !sameView(current.view, view),
    deleted,
    error,
    reload,
    apply: saved => {
      comeFrom(saved.name);
      model.setView(saved.view);
    },
    save: name =>
      attempt(async () => {
        await client.saveView(dataset, name, view);
        comeFrom(name);
      }),
    rename: (saved, name) =>
      attempt(async () => {
        await client.saveView(dataset, name, saved.view);
        await client.deleteView(dataset, saved.name);
        if (saved.name === origin) {
          comeFrom(name);
        }
      }),
    remove: async saved => {
      const done = await attempt(() => client.deleteView(dataset, saved.name));
      if (done) {
        setDeleted(saved);
      }
      return done;
    },
    restore: () =>
      attempt(async () => {
        if (deleted) {
          await client.saveView(dataset, deleted.name, deleted.view);
        }
      })
  };
}

/** Which saved view a workspace's view came from: kept by the browser's tab, as its panels are. */
const PREFIX = 'visionlens:saved-view:';

export function readOrigin(workspace: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + workspace);
  } catch {
    return null;
  }
}

export function writeOrigin(workspace: string, name: string | null): void {
  try {
    if (name === null) {
      sessionStorage.removeItem(PREFIX + workspace);
    } else {
      sessionStorage.setItem(PREFIX + workspace, name);
    }
  } catch {
    // A browser that keeps nothing forgets only where a view came from.
  }
}
