/** REST: analyses and their findings, visual attributes, agents. */
import type { IAgentJobs, IAgentRun, IAgentSettings } from '../agents/client';
import type {
  IAttributeJobs,
  IAttribute,
  ICalibrationTask,
  IVisionModels
} from '../attributes/client';
import type { components } from '../core/client/schema';
import { path, type Transport } from '../core/client/transport';
import type { IJob } from '../core/client/types';

type Schemas = components['schemas'];

export type IFinding = Schemas['Finding'];
export type IFindingChange = Partial<Schemas['FindingChange']>;
export type IEffect = Schemas['Effect'];
export type IAnalysis = Schemas['AnalysisInfo'];
export type IUnconfirmed = Schemas['Unconfirmed'];
export type IUntested = Schemas['Untested'];
export type Target = IFinding['target'];
export type FindingStatus = IFinding['status'];
export type ReportFormat = Schemas['FindingReport']['format'];

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IAnalysisJobs extends IAttributeJobs, IAgentJobs {
  analyse: Partial<Omit<Schemas['AnalyseRequest'], 'dataset'>>;
  recheck: Partial<Omit<Schemas['RecheckRequest'], 'dataset'>>;
}

/** A file that the server made for the user to keep. */
export interface IDownload {
  readonly name: string;
  readonly content: Blob;
}

/** The part of the REST API that the analyst needs; rejects with `VisionLensError`. */
export interface IAnalysisClient {
  /** Newest analysis first, ranked; those of an evaluation. */
  findings(
    dataset: string,
    evaluation: string,
    signal?: AbortSignal
  ): Promise<IFinding[]>;
  changeFinding(
    dataset: string,
    finding: string,
    change: IFindingChange
  ): Promise<IFinding>;
  deleteFinding(dataset: string, finding: string): Promise<void>;
  /** Newest first; those of an evaluation. */
  /** Newest first; of every evaluation where none is named. */
  analyses(
    dataset: string,
    evaluation: string | null,
    signal?: AbortSignal
  ): Promise<IAnalysis[]>;
  report(
    dataset: string,
    request: Partial<Schemas['FindingReport']>
  ): Promise<IDownload>;

  attributes(dataset: string, signal?: AbortSignal): Promise<IAttribute[]>;
  deleteAttribute(dataset: string, name: string): Promise<void>;
  /** Images that the user is asked about next. */
  calibrationTask(
    dataset: string,
    name: string,
    wanted: { answer: string; count: number },
    signal?: AbortSignal
  ): Promise<ICalibrationTask>;
  calibrate(
    dataset: string,
    name: string,
    labels: Partial<Schemas['CalibrationLabels']>
  ): Promise<IAttribute>;
  /** Models that can be asked, and the built-in questions. */
  visionModels(): Promise<IVisionModels>;

  agentSettings(): Promise<IAgentSettings>;
  /** Newest first, without steps. */
  agentRuns(dataset: string, signal?: AbortSignal): Promise<IAgentRun[]>;
  /** A run with its steps; `after`: only those that came after this one. */
  agentRun(
    dataset: string,
    run: string,
    after: number | null,
    signal?: AbortSignal
  ): Promise<IAgentRun>;
  startJob<Kind extends keyof IAnalysisJobs>(
    kind: Kind,
    dataset: string,
    parameters: IAnalysisJobs[Kind]
  ): Promise<IJob>;
}

declare module '../core/client/context' {
  interface IClientParts {
    /** Analyses and findings, visual attributes, agents. */
    readonly analysis: IAnalysisClient;
  }
}

export class AnalysisClient implements IAnalysisClient {
  constructor(private readonly _transport: Transport) {}

  async findings(
    dataset: string,
    evaluation: string,
    signal?: AbortSignal
  ): Promise<IFinding[]> {
    const answer = await this._transport.json<{ findings: IFinding[] }>(
      path('datasets', dataset, 'findings'),
      { query: { evaluation }, signal }
    );
    return answer.findings;
  }

  changeFinding(
    dataset: string,
    finding: string,
    change: IFindingChange
  ): Promise<IFinding> {
    return this._transport.json(
      path('datasets', dataset, 'findings', finding),
      { method: 'PATCH', body: change }
    );
  }

  async deleteFinding(dataset: string, finding: string): Promise<void> {
    await this._transport.request(
      path('datasets', dataset, 'findings', finding),
      { method: 'DELETE' }
    );
  }

  async analyses(
    dataset: string,
    evaluation: string | null,
    signal?: AbortSignal
  ): Promise<IAnalysis[]> {
    const answer = await this._transport.json<{ analyses: IAnalysis[] }>(
      path('datasets', dataset, 'analyses'),
      { query: evaluation === null ? {} : { evaluation }, signal }
    );
    return answer.analyses;
  }

  async report(
    dataset: string,
    request: Partial<Schemas['FindingReport']>
  ): Promise<IDownload> {
    const response = await this._transport.request(
      path('datasets', dataset, 'findings-report'),
      { method: 'POST', body: request }
    );
    const named = response.headers.get('Content-Disposition') ?? '';
    return {
      name: /filename="([^"]+)"/.exec(named)?.[1] ?? `${dataset}-findings`,
      content: await response.blob()
    };
  }

  async attributes(
    dataset: string,
    signal?: AbortSignal
  ): Promise<IAttribute[]> {
    const answer = await this._transport.json<{ attributes: IAttribute[] }>(
      path('datasets', dataset, 'attributes'),
      { signal }
    );
    return answer.attributes;
  }

  async deleteAttribute(dataset: string, name: string): Promise<void> {
    await this._transport.request(
      path('datasets', dataset, 'attributes', name),
      { method: 'DELETE' }
    );
  }

  calibrationTask(
    dataset: string,
    name: string,
    { answer, count }: { answer: string; count: number },
    signal?: AbortSignal
  ): Promise<ICalibrationTask> {
    return this._transport.json(
      path('datasets', dataset, 'attributes', name, 'calibration'),
      { query: { answer, count: `${count}` }, signal }
    );
  }

  calibrate(
    dataset: string,
    name: string,
    labels: Partial<Schemas['CalibrationLabels']>
  ): Promise<IAttribute> {
    return this._transport.json(
      path('datasets', dataset, 'attributes', name, 'calibration'),
      { method: 'POST', body: labels }
    );
  }

  visionModels(): Promise<IVisionModels> {
    return this._transport.json('vision-models');
  }

  agentSettings(): Promise<IAgentSettings> {
    return this._transport.json('agent-settings');
  }

  async agentRuns(dataset: string, signal?: AbortSignal): Promise<IAgentRun[]> {
    const answer = await this._transport.json<{ runs: IAgentRun[] }>(
      path('datasets', dataset, 'agents'),
      { signal }
    );
    return answer.runs;
  }

  agentRun(
    dataset: string,
    run: string,
    after: number | null,
    signal?: AbortSignal
  ): Promise<IAgentRun> {
    return this._transport.json(path('datasets', dataset, 'agents', run), {
      query: after === null ? {} : { after: `${after}` },
      signal
    });
  }

  startJob<Kind extends keyof IAnalysisJobs>(
    kind: Kind,
    dataset: string,
    parameters: IAnalysisJobs[Kind]
  ): Promise<IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind, [kind]: { dataset, ...parameters } }
    });
  }
}
