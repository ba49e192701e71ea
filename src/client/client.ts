/** The REST API over the Jupyter server's own connection (same origin, cookies, XSRF). */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { IClient } from './context';
import { isAbort, VisionLensError } from './errors';
import type * as api from './types';

const API = 'visionlens/api/v1';
const BINARY = 'application/octet-stream';

interface IRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a Uint32Array (little-endian) or a file as it is. */
  body?: unknown;
  query?: Record<string, string>;
  signal?: AbortSignal;
}

export class Client implements IClient {
  constructor(
    private readonly _settings: ServerConnection.ISettings = ServerConnection.makeSettings()
  ) {}

  about(): Promise<api.IAbout> {
    return this._json('about');
  }

  async formats(): Promise<api.IFormatInfo[]> {
    const answer = await this._json<{ formats: api.IFormatInfo[] }>('formats');
    return answer.formats;
  }

  async datasets(): Promise<api.IDatasetInfo[]> {
    const answer = await this._json<{ datasets: api.IDatasetInfo[] }>(
      'datasets'
    );
    return answer.datasets;
  }

  dataset(dataset: string): Promise<api.IDatasetDetail> {
    return this._json(path('datasets', dataset));
  }

  async deleteDataset(dataset: string): Promise<void> {
    await this._request(path('datasets', dataset), { method: 'DELETE' });
  }

  report(
    dataset: string,
    offset = 0,
    limit = 1000
  ): Promise<api.IIngestReport> {
    return this._json(path('datasets', dataset, 'report'), {
      query: { offset: `${offset}`, limit: `${limit}` }
    });
  }

  view(
    dataset: string,
    spec: api.IViewSpec,
    signal?: AbortSignal
  ): Promise<api.IViewIds> {
    return this._ids(path('datasets', dataset, 'view'), {
      method: 'POST',
      body: spec,
      signal
    });
  }

  tiles(
    dataset: string,
    spec: api.IViewSpec,
    ids: number[],
    options: { geometry?: boolean } = {},
    signal?: AbortSignal
  ): Promise<api.ITiles> {
    return this._json(path('datasets', dataset, 'tiles'), {
      method: 'POST',
      body: { view: spec, ids, ...options },
      signal
    });
  }

  facets(
    dataset: string,
    request: api.IFacetsRequest,
    signal?: AbortSignal
  ): Promise<api.IFacets> {
    return this._json(path('datasets', dataset, 'facets'), {
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
    return this._json(path('datasets', dataset, 'predicate'), {
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
    return this._json(path('datasets', dataset, 'samples', `${sampleId}`), {
      method: 'POST',
      body: { view: spec },
      signal
    });
  }

  tag(dataset: string, request: api.ITagRequest): Promise<api.IChanged> {
    return this._json(path('datasets', dataset, 'tags'), {
      method: 'POST',
      body: request
    });
  }

  async savedViews(dataset: string): Promise<api.ISavedView[]> {
    const answer = await this._json<{ views: api.ISavedView[] }>(
      path('datasets', dataset, 'views')
    );
    return answer.views;
  }

  saveView(
    dataset: string,
    name: string,
    view: api.IViewSpec
  ): Promise<api.ISavedView> {
    return this._json(path('datasets', dataset, 'views', name), {
      method: 'PUT',
      body: view
    });
  }

  async deleteView(dataset: string, name: string): Promise<void> {
    await this._request(path('datasets', dataset, 'views', name), {
      method: 'DELETE'
    });
  }

  thumbnailUrl(
    dataset: string,
    sampleId: number,
    version: string | null
  ): string {
    return this._url(
      path('datasets', dataset, 'samples', `${sampleId}`, 'thumbnail'),
      version === null ? {} : { v: version }
    );
  }

  imageUrl(dataset: string, sampleId: number): string {
    return this._url(
      path('datasets', dataset, 'samples', `${sampleId}`, 'image')
    );
  }

  createWorkspace(
    dataset: string,
    notebook: string | null
  ): Promise<api.IWorkspace> {
    return this._json(path('datasets', dataset, 'workspaces'), {
      method: 'POST',
      body: { notebook }
    });
  }

  workspace(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<api.IWorkspace> {
    return this._json(workspacePath(dataset, workspace), { signal });
  }

  changeWorkspace(
    dataset: string,
    workspace: string,
    change: api.IWorkspaceUpdate
  ): Promise<api.IWorkspace> {
    return this._json(workspacePath(dataset, workspace), {
      method: 'PATCH',
      body: change
    });
  }

  workspaceIds(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<api.IViewIds> {
    return this._ids(workspacePath(dataset, workspace, 'ids'), { signal });
  }

  async selection(
    dataset: string,
    workspace: string,
    signal?: AbortSignal
  ): Promise<Uint32Array> {
    const response = await this._request(
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
    return this._json(workspacePath(dataset, workspace, 'selection'), {
      method: 'PUT',
      body: ids,
      query: {
        base_version: `${options.baseVersion}`,
        origin: options.origin,
        level: options.level
      }
    });
  }

  detect(
    request: api.IDetectRequest,
    signal?: AbortSignal
  ): Promise<api.IDetected> {
    return this._json('detect', { method: 'POST', body: request, signal });
  }

  folder(named: string | null): Promise<api.IFolder> {
    return this._json('folders', {
      query: named === null ? {} : { path: named }
    });
  }

  upload(
    dataset: string,
    file: File,
    signal?: AbortSignal
  ): Promise<api.IUploaded> {
    return this._json(path('datasets', dataset, 'uploads', file.name), {
      method: 'PUT',
      body: file,
      signal
    });
  }

  ingestUploads(dataset: string): Promise<api.IJob> {
    return this._json(path('datasets', dataset, 'uploads'), {
      method: 'POST'
    });
  }

  async jobs(): Promise<api.IJob[]> {
    const answer = await this._json<{ jobs: api.IJob[] }>('jobs');
    return answer.jobs;
  }

  job(job: string): Promise<api.IJob> {
    return this._json(path('jobs', job));
  }

  startIngest(parameters: api.IIngestParameters): Promise<api.IJob> {
    return this._json('jobs', {
      method: 'POST',
      body: { kind: 'ingest', ingest: parameters }
    });
  }

  cancelJob(job: string): Promise<api.IJob> {
    return this._json(path('jobs', job), { method: 'DELETE' });
  }

  async jobLog(job: string): Promise<api.ILogLine[]> {
    const answer = await this._json<{ lines: api.ILogLine[] }>(
      path('jobs', job, 'log')
    );
    return answer.lines;
  }

  private async _json<T>(resource: string, request?: IRequest): Promise<T> {
    const response = await this._request(resource, request);
    return (await response.json()) as T;
  }

  private async _ids(
    resource: string,
    request: IRequest
  ): Promise<api.IViewIds> {
    const response = await this._request(resource, request);
    const ids = new Uint32Array(await response.arrayBuffer());
    return {
      ids,
      total: Number(response.headers.get('VisionLens-Total') ?? ids.length),
      version: Number(response.headers.get('VisionLens-Version') ?? 0)
    };
  }

  private async _request(
    resource: string,
    request: IRequest = {}
  ): Promise<Response> {
    const init: RequestInit = { method: request.method ?? 'GET' };
    if (request.signal) {
      init.signal = request.signal;
    }
    if (request.body instanceof Uint32Array) {
      init.body = request.body as Uint32Array<ArrayBuffer>;
      init.headers = { 'Content-Type': BINARY };
    } else if (request.body instanceof Blob) {
      init.body = request.body;
      init.headers = { 'Content-Type': BINARY };
    } else if (request.body !== undefined) {
      init.body = JSON.stringify(request.body);
    }
    const response = await this._send(this._url(resource, request.query), init);
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }

  private async _send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await ServerConnection.makeRequest(url, init, this._settings);
    } catch (reason) {
      // makeRequest wraps what fetch throws, an abort included.
      if (init.signal?.aborted || isAbort(reason)) {
        throw new DOMException('The request was dropped.', 'AbortError');
      }
      throw new VisionLensError({
        code: 'SERVER_UNREACHABLE',
        message: 'The Jupyter server does not answer.',
        hint: 'Check that it is running and that you are connected, then try again.',
        details: { reason: String(reason) },
        request_id: null
      });
    }
  }

  private _url(resource: string, query: Record<string, string> = {}): string {
    const url = URLExt.join(this._settings.baseUrl, API, resource);
    return url + URLExt.objectToQueryString(query);
  }
}

function path(...parts: string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

function workspacePath(
  dataset: string,
  workspace: string,
  ...rest: string[]
): string {
  return path('datasets', dataset, 'workspaces', workspace, ...rest);
}

/** The error a response carries; one made up from the status where a proxy answered instead. */
async function refusal(response: Response): Promise<VisionLensError> {
  const body = await response.json().catch(() => null);
  if (typeof body?.code === 'string' && typeof body?.message === 'string') {
    return new VisionLensError(
      {
        code: body.code,
        message: body.message,
        hint: body.hint ?? '',
        details: body.details ?? {},
        request_id: body.request_id ?? null
      },
      response.status
    );
  }
  return new VisionLensError(
    {
      code: response.status === 403 ? 'NOT_AUTHENTICATED' : 'INTERNAL',
      message:
        typeof body?.message === 'string'
          ? body.message
          : `The server answered ${response.status} ${response.statusText}.`,
      hint:
        response.status === 403
          ? 'Log in to Jupyter and try again.'
          : 'Try again; look at the server’s log if it stays.',
      details: { status: response.status, url: response.url },
      request_id: null
    },
    response.status
  );
}
