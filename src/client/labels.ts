/** REST: changes of labels by hand, and exports. */
import type { components } from './schema';
import { path, type Transport } from './transport';
import type { IJob, IViewSpec } from './types';

type Schemas = components['schemas'];

export type IEditDone = Schemas['EditDone'];
export type IHistoryEntry = Schemas['HistoryEntry'];
export type ExportFormat = Schemas['ExportRequest']['format'];
export type ExportImages = Schemas['ExportRequest']['images'];

/** One change of ground truth; without `annotation_id` a new label of `sample_id`. */
export type IAnnotationEdit = Partial<Schemas['AnnotationEdit']>;

/** Annotations that are changed together: `ids`, or those of a view. */
export interface IBulk {
  readonly ids?: number[];
  readonly view?: IViewSpec;
}

export type IEditRequest =
  | { readonly edits: IAnnotationEdit[] }
  | (IBulk & { readonly relabel: string })
  | (IBulk & { readonly delete: true });

export type IExportRequest = Partial<Schemas['ExportRequest']> &
  Pick<Schemas['ExportRequest'], 'path' | 'format'>;

/** What an export wrote, and what its format could not hold: the `result` of its job. */
export interface IExportReport {
  readonly path: string;
  readonly format: ExportFormat;
  readonly images: number;
  readonly annotations: number;
  readonly files: number;
  readonly issues: readonly IExportIssue[];
}

export interface IExportIssue {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** Some of what it concerns, with counts. */
  readonly items: Readonly<Record<string, number>>;
}

/** The part of the REST API that changes labels; rejects with `VisionLensError`. */
export interface ILabelsClient {
  edit(dataset: string, request: IEditRequest): Promise<IEditDone>;
  undo(dataset: string): Promise<IEditDone>;
  redo(dataset: string): Promise<IEditDone>;
  /** The latest changes, newest first. */
  history(dataset: string, limit?: number): Promise<IHistoryEntry[]>;
  /** Start an export job. */
  exportTo(dataset: string, request: IExportRequest): Promise<IJob>;
}

export class LabelsClient implements ILabelsClient {
  constructor(private readonly _transport: Transport) {}

  edit(dataset: string, request: IEditRequest): Promise<IEditDone> {
    return this._post(dataset, request);
  }

  undo(dataset: string): Promise<IEditDone> {
    return this._post(dataset, undefined, 'undo');
  }

  redo(dataset: string): Promise<IEditDone> {
    return this._post(dataset, undefined, 'redo');
  }

  async history(dataset: string, limit = 100): Promise<IHistoryEntry[]> {
    const answer = await this._transport.json<{ entries: IHistoryEntry[] }>(
      path('datasets', dataset, 'edits'),
      { query: { limit: `${limit}` } }
    );
    return answer.entries;
  }

  exportTo(dataset: string, request: IExportRequest): Promise<IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind: 'export', export: { dataset, ...request } }
    });
  }

  private _post(
    dataset: string,
    body: unknown,
    ...rest: string[]
  ): Promise<IEditDone> {
    return this._transport.json(path('datasets', dataset, 'edits', ...rest), {
      method: 'POST',
      body
    });
  }
}
