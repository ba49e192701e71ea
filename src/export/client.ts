/** REST: exports. */
import type { components } from '../core/client/schema';
import type { Transport } from '../core/client/transport';
import type { IJob } from '../core/client/types';

type Schemas = components['schemas'];

export type ExportFormat = Schemas['ExportRequest']['format'];
export type ExportImages = Schemas['ExportRequest']['images'];

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

/** The part of the REST API that exports; rejects with `VisionLensError`. */
export interface IExportsClient {
  /** Start an export job. */
  exportTo(dataset: string, request: IExportRequest): Promise<IJob>;
}

declare module '../core/client/context' {
  interface IClientParts {
    /** Exports. */
    readonly exports: IExportsClient;
  }
}

export class ExportsClient implements IExportsClient {
  constructor(private readonly _transport: Transport) {}

  exportTo(dataset: string, request: IExportRequest): Promise<IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind: 'export', export: { dataset, ...request } }
    });
  }
}
