/** REST: embedding spaces, encoded queries, projections, colours, duplicates. */
import { path, type Transport } from '../core/client/transport';
import type { IChanged, IJob, IQuery, Level } from '../core/client/types';
import type { components } from '../core/client/schema';

type Schemas = components['schemas'];

export type IEmbeddingSpace = Schemas['EmbeddingSpace'];
export type IEmbedder = Schemas['EmbedderInfo'];
export type IProjectionMethod = Schemas['ProjectionMethod'];
/** What can embed and project here, and what could if it were installed. */
export type IInstalled = Schemas['EmbedderList'];
export type IProjection = Schemas['Projection'];
export type IEncoded = Schemas['Encoded'];
/** What the codes or numbers of a coloring mean; `values` by code. */
export type IColorLegend = Schemas['ColorLegend'];
export type IDuplicate = Schemas['DuplicateMember'];
export type IDuplicateGroup = Schemas['DuplicateGroup'];
export type IDuplicates = Schemas['Duplicates'];
export type DuplicateKind = IDuplicates['kind'];
/** Keep the best sample of each group; tag or remove the rest. */
export type IResolve = Partial<Schemas['ResolveRequest']> &
  Pick<Schemas['ResolveRequest'], 'kind' | 'created_at' | 'action'>;

/** A field's values by id. */
export interface IColoring {
  readonly legend: IColorLegend;
  /** Codes (65535: no value), or numbers (NaN: none). */
  readonly values: Uint16Array | Float32Array;
  /** The evaluation whose outcomes they are; missing: they are a field's. */
  readonly evaluation?: string;
}

/** A field, or what an evaluation says (`outcome`). */
export type IColorsRequest = Partial<Schemas['ColorsRequest']> & {
  field: string;
  level: Level;
};

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IEmbeddingJobs {
  embed: Partial<Omit<Schemas['EmbedRequest'], 'dataset'>>;
  project: Partial<Omit<Schemas['ProjectRequest'], 'dataset'>> & {
    space: string;
  };
  duplicates: Partial<Omit<Schemas['DuplicatesRequest'], 'dataset'>>;
}

export type Method = Schemas['ProjectRequest']['method'];

/** The part of the REST API that embeddings need; rejects with `VisionLensError`. */
export interface IEmbeddingsClient {
  installed(): Promise<IInstalled>;
  spaces(dataset: string, signal?: AbortSignal): Promise<IEmbeddingSpace[]>;
  projections(dataset: string, signal?: AbortSignal): Promise<IProjection[]>;
  /** Coordinates by id, `dimensions` each, NaN where there is none. */
  points(
    dataset: string,
    projection: string,
    signal?: AbortSignal
  ): Promise<Float32Array>;
  colors(
    dataset: string,
    request: IColorsRequest,
    signal?: AbortSignal
  ): Promise<IColoring>;
  /** Encode a text or an image (base64) with a space's model. */
  encode(
    dataset: string,
    request: { space: string; text?: string; image?: string; name?: string },
    signal?: AbortSignal
  ): Promise<IEncoded>;
  /** What the queries of a space were made from, the latest first. */
  queries(
    dataset: string,
    space: string,
    signal?: AbortSignal
  ): Promise<IQuery[]>;
  duplicates(
    dataset: string,
    kind: DuplicateKind,
    offset: number,
    limit: number,
    signal?: AbortSignal
  ): Promise<IDuplicates>;
  resolveDuplicates(dataset: string, request: IResolve): Promise<IChanged>;
  startJob<Kind extends keyof IEmbeddingJobs>(
    kind: Kind,
    dataset: string,
    parameters: IEmbeddingJobs[Kind]
  ): Promise<IJob>;
}

declare module '../core/client/context' {
  interface IClientParts {
    /** Embedding spaces, searches, projections. */
    readonly embeddings: IEmbeddingsClient;
  }
}

export class EmbeddingsClient implements IEmbeddingsClient {
  constructor(private readonly _transport: Transport) {}

  installed(): Promise<IInstalled> {
    return this._transport.json<IInstalled>('embedders');
  }

  async spaces(
    dataset: string,
    signal?: AbortSignal
  ): Promise<IEmbeddingSpace[]> {
    const answer = await this._transport.json<{ spaces: IEmbeddingSpace[] }>(
      path('datasets', dataset, 'spaces'),
      { signal }
    );
    return answer.spaces;
  }

  async projections(
    dataset: string,
    signal?: AbortSignal
  ): Promise<IProjection[]> {
    const answer = await this._transport.json<{ projections: IProjection[] }>(
      path('datasets', dataset, 'projections'),
      { signal }
    );
    return answer.projections;
  }

  async points(
    dataset: string,
    projection: string,
    signal?: AbortSignal
  ): Promise<Float32Array> {
    const response = await this._transport.request(
      path('datasets', dataset, 'projections', projection, 'points'),
      { signal }
    );
    return new Float32Array(await response.arrayBuffer());
  }

  async colors(
    dataset: string,
    request: IColorsRequest,
    signal?: AbortSignal
  ): Promise<IColoring> {
    const response = await this._transport.request(
      path('datasets', dataset, 'colors'),
      { method: 'POST', body: request, signal }
    );
    return readColoring(await response.arrayBuffer());
  }

  encode(
    dataset: string,
    request: { space: string; text?: string; image?: string; name?: string },
    signal?: AbortSignal
  ): Promise<IEncoded> {
    return this._transport.json(path('datasets', dataset, 'encode'), {
      method: 'POST',
      body: request,
      signal
    });
  }

  async queries(
    dataset: string,
    space: string,
    signal?: AbortSignal
  ): Promise<IQuery[]> {
    const answer = await this._transport.json<{ queries: IQuery[] }>(
      path('datasets', dataset, 'spaces', space, 'queries'),
      { signal }
    );
    return answer.queries;
  }

  duplicates(
    dataset: string,
    kind: DuplicateKind,
    offset: number,
    limit: number,
    signal?: AbortSignal
  ): Promise<IDuplicates> {
    return this._transport.json(path('datasets', dataset, 'duplicates'), {
      query: { kind, offset: `${offset}`, limit: `${limit}` },
      signal
    });
  }

  resolveDuplicates(dataset: string, request: IResolve): Promise<IChanged> {
    return this._transport.json(
      path('datasets', dataset, 'duplicates', 'resolve'),
      { method: 'POST', body: request }
    );
  }

  startJob<Kind extends keyof IEmbeddingJobs>(
    kind: Kind,
    dataset: string,
    parameters: IEmbeddingJobs[Kind]
  ): Promise<IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind, [kind]: { dataset, ...parameters } }
    });
  }
}

/** The legend's length, the legend as JSON, then the values (see `ColorLegend` of the API). */
export function readColoring(frame: ArrayBuffer): IColoring {
  const length = new DataView(frame).getUint32(0, true);
  const legend = JSON.parse(
    new TextDecoder().decode(new Uint8Array(frame, 4, length))
  ) as IColorLegend;
  const values =
    legend.type === 'values'
      ? new Uint16Array(frame, 4 + length)
      : new Float32Array(frame, 4 + length);
  return { legend, values };
}
