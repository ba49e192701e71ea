/** The requests of the core's REST API; loaded with the first of them. */
import type { ICoreClient, IStartClient, IThumbnail } from './context';
import { path, type Transport } from './transport';
import type * as api from './types';

export class Requests implements Omit<ICoreClient, keyof IStartClient> {
  constructor(private readonly _transport: Transport) {}

  about(): Promise<api.IAbout> {
    return this._transport.json('about');
  }

  async formats(): Promise<api.IFormatInfo[]> {
    const answer = await this._transport.json<{ formats: api.IFormatInfo[] }>(
      'formats'
    );
    return answer.formats;
  }

  async datasets(): Promise<api.IDatasetInfo[]> {
    const answer = await this._transport.json<{ datasets: api.IDatasetInfo[] }>(
      'datasets'
    );
    return answer.datasets;
  }

  dataset(dataset: string): Promise<api.IDatasetDetail> {
    return this._transport.json(path('datasets', dataset));
  }

  async deleteDataset(dataset: string): Promise<void> {
    await this._transport.request(path('datasets', dataset), {
      method: 'DELETE'
    });
  }

  report(
    dataset: string,
    offset = 0,
    limit = 1000
  ): Promise<api.IIngestReport> {
    return this._transport.json(path('datasets', dataset, 'report'), {
      query: { offset: `${offset}`, limit: `${limit}` }
    });
  }

  view(
    dataset: string,
    spec: api.IViewSpec,
    signal?: AbortSignal
  ): Promise<api.IViewIds> {
    return this._transport.ids(path('datasets', dataset, 'view'), {
      method: 'POST',
      body: spec,
      signal
    });
  }

  tiles(
    dataset: string,
    spec: api.IViewSpec,
    which: readonly number[] | { readonly first: number },
    options: { geometry?: boolean } = {},
    signal?: AbortSignal
  ): Promise<api.ITiles> {
    const chosen = 'first' in which ? which : { ids: which };
    return this._transport.json(path('datasets', dataset, 'tiles'), {
      method: 'POST',
      body: { view: spec, ...chosen, ...options },
      signal
    });
  }

  async thumbnails(
    dataset: string,
    wanted: readonly IThumbnail[],
    signal?: AbortSignal
  ): Promise<(Blob | null)[]> {
    const contents = await this._transport.packed(
      path('datasets', dataset, 'thumbnails'),
      wanted.length,
      {
        method: 'POST',
        body: {
          samples: wanted.map(({ sampleId }) => sampleId),
          versions: wanted.map(({ version }) => version)
        },
        signal
      }
    );
    return contents.map(content =>
      content.length === 0 ? null : new Blob([content], { type: 'image/webp' })
    );
  }

  facets(
    dataset: string,
    request: api.IFacetsRequest,
    signal?: AbortSignal
  ): Promise<api.IFacets> {
    return this._transport.json(path('datasets', dataset, 'facets'), {
      method: 'POST',
      body: request,
      signal
    });
  }

  predicate(
    dataset: string,
    request: api.IPredicateRequest,
    signal?: AbortSignal
  ): Promise<api.IPredicate> {
    return this._transport.json(path('datasets', dataset, 'predicate'), {
      method: 'POST',
      body: request,
      signal
    });
  }

  sample(
    dataset: string,
    sampleId: number,
    spec: api.IViewSpec,
    signal?: AbortSignal
  ): Promise<api.ISampleDetail> {
    return this._transport.json(
      path('datasets', dataset, 'samples', `${sampleId}`),
      {
        method: 'POST',
        body: { view: spec },
        signal
      }
    );
  }

  tag(dataset: string, request: api.ITagRequest): Promise<api.IChanged> {
    return this._transport.json(path('datasets', dataset, 'tags'), {
      method: 'POST',
      body: request
    });
  }

  async savedViews(dataset: string): Promise<api.ISavedView[]> {
    const answer = await this._transport.json<{ views: api.ISavedView[] }>(
      path('datasets', dataset, 'views')
    );
    return answer.views;
  }

  saveView(
    dataset: string,
    name: string,
    view: api.IViewSpec
  ): Promise<api.ISavedView> {
    return this._transport.json(path('datasets', dataset, 'views', name), {
      method: 'PUT',
      body: view
    });
  }

  async deleteView(dataset: string, name: string): Promise<void> {
    await this._transport.request(path('datasets', dataset, 'views', name), {
      method: 'DELETE'
    });
  }

  createWorkspace(
    dataset: string,
    notebook: string | null
  ): Promise<api.IWorkspace> {
    return this._transport.json(path('datasets', dataset, 'workspaces'), {
      method: 'POST',
      body: { notebook }
    });
  }

  workspace(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<api.IWorkspace> {
    return this._transport.json(workspacePath(dataset, workspace), { signal });
  }

  changeWorkspace(
    dataset: string,
    workspace: string,
    change: api.IWorkspaceUpdate
  ): Promise<api.IWorkspace> {
    return this._transport.json(workspacePath(dataset, workspace), {
      method: 'PATCH',
      body: change
    });
  }

  workspaceIds(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<api.IViewIds> {
    return this._transport.ids(workspacePath(dataset, workspace, 'ids'), {
      signal
    });
  }

  async selection(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<Uint32Array> {
    const response = await this._transport.request(
      workspacePath(dataset, workspace, 'selection'),
      { signal }
    );
    return new Uint32Array(await response.arrayBuffer());
  }

  putSelection(
    dataset: string,
    workspace: string,
    ids: Uint32Array,
    options: { baseVersion: number; origin: string; level: api.Level }
  ): Promise<api.IWorkspace> {
    return this._transport.json(
      workspacePath(dataset, workspace, 'selection'),
      {
        method: 'PUT',
        body: ids,
        query: {
          base_version: `${options.baseVersion}`,
          origin: options.origin,
          level: options.level
        }
      }
    );
  }

  detect(
    request: api.IDetectRequest,
    signal?: AbortSignal
  ): Promise<api.IDetected> {
    return this._transport.json('detect', {
      method: 'POST',
      body: request,
      signal
    });
  }

  folder(named: string | null, page?: string): Promise<api.IFolder> {
    return this._transport.json('folders', {
      query: { ...(named !== null && { path: named }), ...(page && { page }) }
    });
  }

  picture(
    dataset: string,
    sampleId: number,
    signal?: AbortSignal
  ): Promise<api.IPictureInfo> {
    return this._transport.json(
      path('datasets', dataset, 'samples', `${sampleId}`, 'picture'),
      { signal }
    );
  }

  async display(
    dataset: string,
    signal?: AbortSignal
  ): Promise<api.IDisplay | null> {
    const answer = await this._transport.json<{ display: api.IDisplay | null }>(
      path('datasets', dataset, 'display'),
      { signal }
    );
    return answer.display;
  }

  async chooseDisplay(
    dataset: string,
    display: api.IDisplay | null
  ): Promise<void> {
    await this._transport.request(path('datasets', dataset, 'display'), {
      method: 'PUT',
      body: { display }
    });
  }

  imageTiles(
    dataset: string,
    sampleId: number,
    signal?: AbortSignal
  ): Promise<api.ITileInfo> {
    return this._transport.json(
      path('datasets', dataset, 'samples', `${sampleId}`, 'tiles'),
      { signal }
    );
  }

  upload(
    dataset: string,
    file: File,
    signal?: AbortSignal
  ): Promise<api.IUploaded> {
    return this._transport.json(
      path('datasets', dataset, 'uploads', file.name),
      {
        method: 'PUT',
        body: file,
        signal
      }
    );
  }

  ingestUploads(dataset: string): Promise<api.IJob> {
    return this._transport.json(path('datasets', dataset, 'uploads'), {
      method: 'POST'
    });
  }

  job(job: string): Promise<api.IJob> {
    return this._transport.json(path('jobs', job));
  }

  startIngest(parameters: api.IIngestParameters): Promise<api.IJob> {
    return this.startJob('ingest', parameters);
  }

  startJob(kind: string, parameters: object): Promise<api.IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind, [kind]: parameters }
    });
  }

  cancelJob(job: string): Promise<api.IJob> {
    return this._transport.json(path('jobs', job), { method: 'DELETE' });
  }

  async jobLog(job: string): Promise<api.ILogLine[]> {
    const answer = await this._transport.json<{ lines: api.ILogLine[] }>(
      path('jobs', job, 'log')
    );
    return answer.lines;
  }
}

function workspacePath(
  dataset: string,
  workspace: string,
  ...rest: string[]
): string {
  return path('datasets', dataset, 'workspaces', workspace, ...rest);
}
