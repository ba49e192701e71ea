/** A workspace's server in memory: versions, conflicts, ids; every answer can be held back. */
import { Signal } from '@lumino/signaling';
import type { IClient } from '../../client/context';
import { VisionLensError } from '../../client/errors';
import type {
  IDatasetEvent,
  IServerEvents,
  IWorkspaceEvent
} from '../../client/events';
import type {
  IDatasetDetail,
  ITagRequest,
  IViewIds,
  IViewSpec,
  IWorkspace,
  IWorkspaceUpdate,
  Level
} from '../../client/types';

export const ALL = 100;

export const EMPTY_VIEW: IViewSpec = {
  level: 'samples',
  filter: null,
  where: null,
  sql: null,
  sort: [],
  all: false,
  search: null,
  outcomes: null
};

export function compare(field: string, value: number): IViewSpec['filter'] {
  return { op: 'compare', field, cmp: '<', value };
}

/** `sample_id < n` shows the first n samples; anything else shows all. */
function idsOf(view: IViewSpec): Uint32Array {
  const { filter } = view;
  const count =
    filter?.op === 'compare' ? Math.min(Number(filter.value), ALL) : ALL;
  const ids = Uint32Array.from({ length: count }, (_, i) => i);
  return view.sort[0]?.descending ? ids.reverse() : ids;
}

export class FakeServer {
  readonly events = {
    job: new Signal<unknown, never>({}),
    dataset: new Signal<unknown, IDatasetEvent>({}),
    workspace: new Signal<unknown, IWorkspaceEvent>({})
  };

  workspace: IWorkspace = {
    workspace: 'w1',
    dataset: 'cells',
    notebook: null,
    version: 1,
    dataset_version: 1,
    view: EMPTY_VIEW,
    view_version: 1,
    predicate: '',
    count: ALL,
    total: ALL,
    selection: { level: 'samples', count: 0, version: 1 },
    origin: null
  };
  selected: number[] = [];
  /** Bodies of the changes that came. */
  readonly changes: IWorkspaceUpdate[] = [];
  readonly views: IViewSpec[] = [];
  readonly put: Uint32Array[] = [];
  readonly tags: ITagRequest[] = [];
  /** Number of workspaces made. */
  created = 0;
  /** Set: the next change is answered so. */
  refusal: VisionLensError | null = null;
  /** Set: views are answered when the test says so. */
  held: (() => void)[] | null = null;

  /** Somebody else changes the workspace. */
  change(
    part: { view?: IViewSpec; selection?: number[]; level?: Level },
    origin: string
  ): void {
    const version = this.workspace.version + 1;
    if (part.view) {
      this.workspace = {
        ...this.workspace,
        view: part.view,
        view_version: version,
        predicate: part.view.filter ? 'a predicate' : '',
        count: idsOf(part.view).length
      };
    }
    if (part.selection) {
      this.selected = part.selection;
      this.workspace = {
        ...this.workspace,
        selection: {
          level: part.level ?? 'samples',
          count: part.selection.length,
          version
        }
      };
    }
    this.workspace = { ...this.workspace, version, origin };
    this.events.workspace.emit({
      dataset: 'cells',
      workspace: 'w1',
      version,
      origin
    });
  }

  get serverEvents(): IServerEvents {
    return this.events;
  }

  get client(): IClient {
    const client: Partial<IClient> = {
      view: (_, view, signal) => this._view(view, signal),
      dataset: async () => ({ name: 'Cells' }) as IDatasetDetail,
      workspace: async (_, workspace) => {
        if (workspace !== 'w1') {
          throw refusal('WORKSPACE_NOT_FOUND', 404);
        }
        return this.workspace;
      },
      selection: async () => Uint32Array.from(this.selected),
      changeWorkspace: async (_, __, change) => this._change(change),
      createWorkspace: async (_, notebook) => ({
        ...this.workspace,
        workspace: `new-${++this.created}`,
        notebook
      }),
      putSelection: async (_, __, ids, { baseVersion, origin, level }) => {
        this.put.push(ids);
        return this._change(
          {
            base_version: baseVersion,
            origin,
            selection: [...ids],
            selection_level: level
          },
          false
        );
      },
      predicate: async (_, { text }) => {
        if (text === 'wrong') {
          throw refusal('PREDICATE_INVALID', 400);
        }
        return {
          text: text ?? '',
          filter: compare('sample_id', 10) ?? null,
          warnings: []
        };
      },
      tag: async (_, request) => {
        this.tags.push(request);
        this.workspace = {
          ...this.workspace,
          dataset_version: this.workspace.dataset_version + 1
        };
        return { version: this.workspace.dataset_version, changed: 1 };
      }
    };
    return client as IClient;
  }

  private _view(view: IViewSpec, signal?: AbortSignal): Promise<IViewIds> {
    this.views.push(view);
    const answer = {
      ids: idsOf(view),
      total: ALL,
      version: this.workspace.dataset_version
    };
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () =>
        reject(new DOMException('dropped', 'AbortError'))
      );
      if (this.held) {
        this.held.push(() => resolve(answer));
      } else {
        resolve(answer);
      }
    });
  }

  private _change(change: IWorkspaceUpdate, keep = true): IWorkspace {
    if (keep) {
      this.changes.push(change);
    }
    if (this.refusal) {
      const error = this.refusal;
      this.refusal = null;
      throw error;
    }
    const { view, selection, select_view, base_version, origin } = change;
    const touched = Math.max(
      view ? this.workspace.view_version : 0,
      selection || select_view ? this.workspace.selection.version : 0
    );
    if (touched > base_version && this.workspace.origin !== origin) {
      throw refusal('WORKSPACE_CONFLICT', 409, { workspace: this.workspace });
    }
    this.change(
      {
        view: view ?? undefined,
        selection:
          selection ?? (select_view ? [...idsOf(select_view)] : undefined),
        level: change.selection_level
      },
      origin
    );
    return this.workspace;
  }
}

export function refusal(
  code: string,
  status: number,
  details = {}
): VisionLensError {
  return new VisionLensError(
    { code, message: code, hint: '', details, request_id: null },
    status
  );
}
