/** Requests to the REST API over the Jupyter server's own connection (same origin, cookies, XSRF). */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { isAbort, VisionLensError } from './errors';
import type { IViewIds } from './types';

const API = 'visionlens/api/v1';
const BINARY = 'application/octet-stream';

/** The address of a resource from its parts, each of which may hold any character. */
export function path(...parts: string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

export interface IRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a Uint32Array (little-endian) or a file as it is. */
  body?: unknown;
  query?: Record<string, string>;
  signal?: AbortSignal;
}

export class Transport {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  async json<T>(resource: string, request?: IRequest): Promise<T> {
    const response = await this.request(resource, request);
    return (await response.json()) as T;
  }

  async ids(resource: string, request: IRequest): Promise<IViewIds> {
    const response = await this.request(resource, request);
    const body = await response.arrayBuffer();
    // Where the view searches, scores follow the ids.
    const scored = response.headers.has('VisionLens-Scores');
    const count = body.byteLength / (scored ? 8 : 4);
    const ids = new Uint32Array(body, 0, count);
    return {
      ids,
      scores: scored ? new Float32Array(body, 4 * count, count) : null,
      total: Number(response.headers.get('VisionLens-Total') ?? ids.length),
      version: Number(response.headers.get('VisionLens-Version') ?? 0)
    };
  }

  /** `count` contents in one body: their lengths as little-endian uint32, then all of them. */
  async packed(
    resource: string,
    count: number,
    request: IRequest
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const response = await this.request(resource, request);
    const body = await response.arrayBuffer();
    let start = 4 * count;
    return [...new Uint32Array(body, 0, count)].map(length => {
      start += length;
      return new Uint8Array(body, start - length, length);
    });
  }

  async request(resource: string, request: IRequest = {}): Promise<Response> {
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
    const response = await this._send(this.url(resource, request.query), init);
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

  url(resource: string, query: Record<string, string> = {}): string {
    const url = URLExt.join(this._settings.baseUrl, API, resource);
    return url + URLExt.objectToQueryString(query);
  }
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
