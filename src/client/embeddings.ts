/** REST: embedding spaces, encoded queries, projections, colours, duplicates. */
import { path, type Transport } from './transport';
import type { IChanged, IJob, Level } from './types';
import type { components } from './schema';

type Schemas = components['schemas'];

export type IEmbeddingSpace = Schemas['EmbeddingSpace'];
export type ISearch = Schemas['SearchSpec'];

/** A model that can embed. */
export interface IEmbedder {
  readonly model: string;
  readonly label: string;
  readonly description: string;
  readonly dimension: number | null;
  readonly has_text: boolean;
  readonly available: boolean;
  /** Why it is not available, and what to do. */
  readonly reason: string;
}

/** Coordinates of a space's vectors. */
export interface IProjection {
  readonly projection: string;
  readonly space: string;
  readonly level: Level;
  readonly method: string;
  readonly dimensions: number;
  readonly parameters: Record<string, unknown>;
  readonly rows: number;
  /** A quick stand-in while the real one is computed. */
  readonly preview: boolean;
  readonly warning: string | null;
  readonly created_at: string;
}

/** An encoded text or image, known by `query`. */
export interface IEncoded {
  readonly query: string;
  readonly text: string | null;
  readonly seconds: number;
}

type Value = string | number | boolean;

/** What the codes or numbers of a coloring mean. */
export interface IColorLegend {
  readonly field: string;
  readonly label: string;
  readonly level: Level;
  readonly type: 'values' | 'numbers';
  readonly version: number;
  readonly size: number;
  /** By code, most frequent first. */
  readonly values: readonly { readonly value: Value; readonly count: number }[];
  /** Distinct values that share the code after the last. */
  readonly others: number;
  readonly others_count: number;
  readonly missing: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A field's values by id. */
export interface IColoring {
  readonly legend: IColorLegend;
  /** Codes (65535: no value), or numbers (NaN: none). */
  readonly values: Uint16Array | Float32Array;
}

/** A sample of a group of duplicates. */
export interface IDuplicate {
  readonly sample_id: number;
  /** To the group's best one, 0 to 1. */
  readonly distance: number;
  readonly confidence: number;
  /** How it differs: identical, resized, cropped ... */
  readonly transform: string;
  readonly best: boolean;
  readonly split: string | null;
}

export interface IDuplicateGroup {
  readonly group: number;
  readonly members: readonly IDuplicate[];
  /** Whether it lies in more than one split. */
  readonly leak: boolean;
}

export type DuplicateKind = 'exact' | 'near';

/** A page of the groups that the last run of a kind found. */
export interface IDuplicates {
  readonly kind: DuplicateKind;
  /** Null: never looked for. */
  readonly created_at: string | null;
  readonly groups: readonly IDuplicateGroup[];
  readonly total: number;
  readonly samples: number;
  readonly leaks: number;
  /** `train|val`: groups in both. */
  readonly leak_pairs: Readonly<Record<string, number>>;
}

/** Keep the best sample of each group; tag or remove the rest. */
export interface IResolve {
  readonly kind: DuplicateKind;
  /** That of the run whose groups are meant. */
  readonly created_at: string;
  /** Null: all of them. */
  readonly groups: readonly number[] | null;
  /** Samples that stay in the place of their group's best one. */
  readonly keep: readonly number[];
  readonly action: 'tag' | 'remove';
  readonly tag?: string;
}

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IEmbeddingJobs {
  embed: {
    model: string | null;
    level: Level;
    project?: string | null;
    options?: Record<string, unknown>;
  };
  project: {
    space: string;
    method: string;
    dimensions: 2 | 3;
    seed?: number | null;
    parameters?: Record<string, unknown>;
  };
  duplicates: { kind: 'exact' | 'near'; space?: string | null };
}

/** The part of the REST API that embeddings need; rejects with `VisionLensError`. */
export interface IEmbeddingsClient {
  embedders(): Promise<IEmbedder[]>;
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
    request: { field: string; level: Level; limit?: number },
    signal?: AbortSignal
  ): Promise<IColoring>;
  /** Encode a text or an image (base64) with a space's model. */
  encode(
    dataset: string,
    request: { space: string; text?: string; image?: string },
    signal?: AbortSignal
  ): Promise<IEncoded>;
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

export class EmbeddingsClient implements IEmbeddingsClient {
  constructor(private readonly _transport: Transport) {}

  async embedders(): Promise<IEmbedder[]> {
    const answer = await this._transport.json<{ embedders: IEmbedder[] }>(
      'embedders'
    );
    return answer.embedders;
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
    request: { field: string; level: Level; limit?: number },
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
    request: { space: string; text?: string; image?: string },
    signal?: AbortSignal
  ): Promise<IEncoded> {
    return this._transport.json(path('datasets', dataset, 'encode'), {
      method: 'POST',
      body: request,
      signal
    });
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
