import { Signal } from '@lumino/signaling';
import type { IClient } from '../../client/context';
import type { IDatasetEvent } from '../../client/events';
import type { IJob } from '../../client/types';
import { JobTracker } from '../tracker';

export function job(change: Partial<IJob> = {}): IJob {
  return {
    job: 'j1',
    kind: 'ingest',
    dataset: 'street',
    dataset_uuid: null,
    state: 'running',
    stage: 'images',
    done: 0,
    total: null,
    rate: null,
    eta_seconds: null,
    message: null,
    created_at: '2026-01-01T00:00:00Z',
    started_at: null,
    finished_at: null,
    attempt: 1,
    error: null,
    result: {},
    ingest: null,
    embed: null,
    project: null,
    duplicates: null,
    predictions: null,
    evaluate: null,
    intervals: null,
    label_quality: null,
    export: null,
    analyse: null,
    recheck: null,
    attributes: null,
    agent: null,
    operator: null,
    hooks: null,
    ...change
  };
}

/** A tracker over recorded calls, and the events it hears. */
export function fakeJobs(client: Partial<IClient> = {}) {
  const owner = {};
  const events = {
    job: new Signal<unknown, IJob>(owner),
    dataset: new Signal<unknown, IDatasetEvent>(owner),
    workspace: new Signal<unknown, never>(owner)
  };
  const jobs = new JobTracker(
    { jobs: jest.fn().mockResolvedValue([]), ...client } as IClient,
    events
  );
  return { jobs, events };
}
