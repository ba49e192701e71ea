/** What the module of a plugin's panel is given: version 1.0 of the API, beside `visionlens_jlab.plugin_api`. */
import type { IPanelContext } from '../core/client/context';
import type { IViewSpec, Level } from '../core/client/types';
import type { IWorkspaceModel } from '../core/workspace/types';

/** The workspace that the panel stands in. */
export interface IPanelWorkspace {
  /** The dataset, as routes of the REST API name it. */
  readonly dataset: string;
  /** What is shown: level, filter, sort. */
  view(): IViewSpec;
  /** Ids of the view's level, in order. */
  ids(): Uint32Array;
  /** Ids that are selected. */
  selected(): number[];
  /** Call when view, ids or selection are others, or the dataset was changed; the answer ends it. */
  subscribe(listener: () => void): () => void;
  /** Make a predicate the filter (`any(class = 'car')`); empty: none. Rejects where it cannot be read. */
  filter(predicate: string): Promise<void>;
  /** Select exactly these. */
  select(ids: Iterable<number>, level?: Level): void;
}

/** Requests to the REST API, as the user; see `openapi.json`. */
export interface IPanelClient {
  /** What a route answers, from its path below `visionlens/api/v1/`; POST where there is a body. */
  json(resource: string, body?: unknown): Promise<unknown>;
  /** Address of a sample's thumbnail. */
  thumbnailUrl(sample: number): string;
}

/** Later versions may have more. */
export interface IPanelGiven {
  /** Version of the API. */
  readonly api: string;
  /** To be filled; it has the panel's size, and Lab's colours as CSS variables. */
  readonly element: HTMLElement;
  readonly workspace: IPanelWorkspace;
  readonly client: IPanelClient;
  /** Aborted when the panel is closed or the plugin is loaded anew. */
  readonly signal: AbortSignal;
}

export function panelGiven(
  element: HTMLElement,
  model: IWorkspaceModel,
  { client }: IPanelContext,
  signal: AbortSignal
): IPanelGiven {
  const { store } = model;
  const { dataset } = store.getState();
  return {
    api: '1.0',
    element,
    signal,
    workspace: {
      dataset,
      view: () => store.getState().shown,
      ids: () => store.getState().ids.slice(),
      selected: () => [...store.getState().selection.ids],
      subscribe: listener => {
        const stop = store.subscribe((now, before) => {
          const isOther =
            now.ids !== before.ids ||
            now.selection !== before.selection ||
            now.datasetVersion !== before.datasetVersion;
          if (isOther && !now.pending) {
            listener();
          }
        });
        signal.addEventListener('abort', stop);
        return stop;
      },
      filter: async predicate => {
        if (predicate === '') {
          model.setFilter(null);
          return;
        }
        const error = await model.setPredicate(predicate);
        if (error) {
          throw new Error(error.message);
        }
      },
      select: (ids, level) => model.select(ids, level)
    },
    client: {
      json: (resource, body) => client.plugins.json(resource, body, signal),
      thumbnailUrl: sample => client.thumbnailUrl(dataset, sample, null)
    }
  };
}
