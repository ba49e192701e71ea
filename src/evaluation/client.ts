/** REST: prediction runs and their evaluations. */
import { path, type Transport } from '../core/client/transport';
import type { IIngestReport, IJob, IViewSpec } from '../core/client/types';
import type { components } from '../core/client/schema';

type Schemas = components['schemas'];

export type IRun = Schemas['RunInfo'];
export type IEvaluation = Schemas['EvaluationInfo'];
export type IEvaluationDetail = Schemas['EvaluationDetail'];
export type IMetric = Schemas['Metric'];
export type IClassMetrics = Schemas['ClassMetrics'];
export type IOperatingPoint = Schemas['OperatingPoint'];
export type IErrorShare = Schemas['ErrorShare'];
export type ICounts = Schemas['Counts'];
export type IConfusionCell = Schemas['ConfusionCell'];
export type ICurve = Schemas['Curve'];
export type ICurves = Schemas['Curves'];
export type IHistogramBin = Schemas['HistogramBin'];
export type IComparison = Schemas['RunComparison'];
export type IDifference = Schemas['Difference'];
export type Protocol = IEvaluation['protocol'];
export type EvaluatedGeometry = IEvaluation['geometry'];

/** What an evaluation is asked for; the server has defaults for what is left out. */
export type IEvaluateRequest = Partial<
  Omit<Schemas['EvaluateRequest'], 'dataset'>
> & { run: string };
export type IPredictionsRequest = Partial<
  Omit<Schemas['PredictionsRequest'], 'dataset'>
> & { run: string; source: string };
export type ICompareRequest = Partial<Schemas['CompareRequest']> & {
  other: string;
};

/** Of a job of one of these kinds: what it is asked for, without the dataset. */
export interface IEvaluationJobs {
  predictions: IPredictionsRequest;
  evaluate: IEvaluateRequest;
  intervals: { evaluation: string; replicates?: number; seed?: number };
  label_quality: { evaluation: string };
}

/** The part of the REST API that evaluations need; rejects with `VisionLensError`. */
export interface IEvaluationsClient {
  runs(dataset: string, signal?: AbortSignal): Promise<IRun[]>;
  changeRun(
    dataset: string,
    run: string,
    change: Partial<Schemas['RunChange']>
  ): Promise<IRun>;
  /** What its import found, with one page of the items. */
  runReport(
    dataset: string,
    run: string,
    offset?: number,
    limit?: number
  ): Promise<IIngestReport>;
  /** Its evaluations go too. */
  deleteRun(dataset: string, run: string): Promise<void>;
  evaluations(dataset: string, signal?: AbortSignal): Promise<IEvaluation[]>;
  evaluation(
    dataset: string,
    evaluation: string,
    signal?: AbortSignal
  ): Promise<IEvaluationDetail>;
  deleteEvaluation(dataset: string, evaluation: string): Promise<void>;
  /** Counts at another confidence (null: its own), of the samples of a view. */
  counts(
    dataset: string,
    evaluation: string,
    request: { confidence: number | null; view: IViewSpec | null },
    signal?: AbortSignal
  ): Promise<ICounts>;
  /** What the plots show, overlap and size at a confidence; `name` null: of all classes. */
  curves(
    dataset: string,
    evaluation: string,
    request: { name: string | null; confidence: number | null },
    signal?: AbortSignal
  ): Promise<ICurves>;
  compare(
    dataset: string,
    evaluation: string,
    request: ICompareRequest,
    signal?: AbortSignal
  ): Promise<IComparison>;
  startJob<Kind extends keyof IEvaluationJobs>(
    kind: Kind,
    dataset: string,
    parameters: IEvaluationJobs[Kind]
  ): Promise<IJob>;
}

declare module '../core/client/context' {
  interface IClientParts {
    /** Prediction runs and their evaluations. */
    readonly evaluations: IEvaluationsClient;
  }
}

export class EvaluationsClient implements IEvaluationsClient {
  constructor(private readonly _transport: Transport) {}

  async runs(dataset: string, signal?: AbortSignal): Promise<IRun[]> {
    const answer = await this._transport.json<{ runs: IRun[] }>(
      path('datasets', dataset, 'runs'),
      { signal }
    );
    return answer.runs;
  }

  changeRun(
    dataset: string,
    run: string,
    change: Partial<Schemas['RunChange']>
  ): Promise<IRun> {
    return this._transport.json(path('datasets', dataset, 'runs', run), {
      method: 'PATCH',
      body: change
    });
  }

  runReport(
    dataset: string,
    run: string,
    offset = 0,
    limit = 1000
  ): Promise<IIngestReport> {
    return this._transport.json(
      path('datasets', dataset, 'runs', run, 'report'),
      { query: { offset: `${offset}`, limit: `${limit}` } }
    );
  }

  async deleteRun(dataset: string, run: string): Promise<void> {
    await this._transport.request(path('datasets', dataset, 'runs', run), {
      method: 'DELETE'
    });
  }

  async evaluations(
    dataset: string,
    signal?: AbortSignal
  ): Promise<IEvaluation[]> {
    const answer = await this._transport.json<{ evaluations: IEvaluation[] }>(
      path('datasets', dataset, 'evaluations'),
      { signal }
    );
    return answer.evaluations;
  }

  evaluation(
    dataset: string,
    evaluation: string,
    signal?: AbortSignal
  ): Promise<IEvaluationDetail> {
    return this._transport.json(place(dataset, evaluation), { signal });
  }

  async deleteEvaluation(dataset: string, evaluation: string): Promise<void> {
    await this._transport.request(place(dataset, evaluation), {
      method: 'DELETE'
    });
  }

  counts(
    dataset: string,
    evaluation: string,
    request: { confidence: number | null; view: IViewSpec | null },
    signal?: AbortSignal
  ): Promise<ICounts> {
    return this._transport.json(place(dataset, evaluation, 'counts'), {
      method: 'POST',
      body: request,
      signal
    });
  }

  curves(
    dataset: string,
    evaluation: string,
    request: { name: string | null; confidence: number | null },
    signal?: AbortSignal
  ): Promise<ICurves> {
    const { name, confidence } = request;
    return this._transport.json(place(dataset, evaluation, 'curves'), {
      query: {
        ...(name !== null && { class: name }),
        ...(confidence !== null && { confidence: `${confidence}` })
      },
      signal
    });
  }

  compare(
    dataset: string,
    evaluation: string,
    request: ICompareRequest,
    signal?: AbortSignal
  ): Promise<IComparison> {
    return this._transport.json(place(dataset, evaluation, 'compare'), {
      method: 'POST',
      body: request,
      signal
    });
  }

  startJob<Kind extends keyof IEvaluationJobs>(
    kind: Kind,
    dataset: string,
    parameters: IEvaluationJobs[Kind]
  ): Promise<IJob> {
    return this._transport.json('jobs', {
      method: 'POST',
      body: { kind, [kind]: { dataset, ...parameters } }
    });
  }
}

function place(dataset: string, evaluation: string, ...rest: string[]): string {
  return path('datasets', dataset, 'evaluations', evaluation, ...rest);
}
