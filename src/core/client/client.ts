/** The REST API: what the start of Lab needs of it; everything else is loaded with its first request. */
import { ServerConnection } from '@jupyterlab/services';
import type {
  IClient,
  IClientParts,
  IImageLook,
  IStartClient
} from './context';
import { path, Transport } from './transport';
import type * as api from './types';

/** The client of a page; capabilities add their parts with `addPart`. */
export function createClient(settings?: ServerConnection.ISettings): IClient {
  const client = new StartClient(settings);
  return lazily(
    client,
    async () => new (await import('./requests')).Requests(client.transport)
  ) as object as IClient;
}

/** Add a part of which every method is a request: its code comes with the first, not with the start of Lab. */
export function addPart<Name extends keyof IClientParts>(
  client: IClient,
  name: Name,
  load: (transport: Transport) => Promise<IClientParts[Name]>
): void {
  const { transport } = client as object as StartClient;
  Object.assign(client, { [name]: lazily({}, () => load(transport)) });
}

/** What is known at once, and requests whose code is loaded when they are made. */
function lazily(known: object, load: () => Promise<object>): object {
  type Methods = Record<PropertyKey, (...args: unknown[]) => unknown>;
  return new Proxy(known as Methods, {
    get: (methods, name) =>
      // Nothing that is awaited may take this for a promise.
      name in methods || typeof name === 'symbol' || name === 'then'
        ? methods[name]
        : async (...args: unknown[]) =>
            ((await load()) as Methods)[name](...args)
  });
}

class StartClient implements IStartClient {
  constructor(settings = ServerConnection.makeSettings()) {
    this.transport = new Transport(settings);
  }

  readonly transport: Transport;

  thumbnailUrl(
    dataset: string,
    sampleId: number,
    version: string | null
  ): string {
    const query = version === null ? undefined : { v: version };
    return this._url(dataset, `samples/${sampleId}/thumbnail`, query);
  }

  cropUrl(
    dataset: string,
    annotationId: number,
    crop: { version: string; size: number; aspect: number }
  ): string {
    const { version, size, aspect } = crop;
    return this._url(dataset, `annotations/${annotationId}/crop`, {
      v: version,
      size: `${size}`,
      aspect: `${aspect}`
    });
  }

  imageUrl(dataset: string, sampleId: number, look?: IImageLook): string {
    return this._url(
      dataset,
      `samples/${sampleId}/image`,
      look && { developed: `${look.developed}`, v: look.shown }
    );
  }

  tileUrl(
    dataset: string,
    sampleId: number,
    version: string,
    { level, column, row }: { level: number; column: number; row: number }
  ): string {
    const tile = `${level}/${column}/${row}`;
    return this._url(dataset, `samples/${sampleId}/tiles/${tile}`, {
      v: version
    });
  }

  private _url(
    dataset: string,
    below: string,
    query?: Record<string, string>
  ): string {
    return this.transport.url(`${path('datasets', dataset)}/${below}`, query);
  }

  async jobs(): Promise<api.IJob[]> {
    const answer = await this.transport.json<{ jobs: api.IJob[] }>('jobs');
    return answer.jobs;
  }
}
