/** A workspace, a client and settings for tests of panels: real store, recorded calls. */
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { createStore } from 'zustand/vanilla';
import type {
  IClient,
  IWorkspaceContext,
  ISettings,
  IVisionLensSettings
} from '../../client/context';
import type { IEmbeddingsClient } from '../../../embeddings/client';
import { Searches } from '../../../embeddings/searches';
import type { IEvaluationsClient } from '../../../evaluation/client';
import type {
  IAnnotation,
  IDatasetDetail,
  IFieldInfo,
  ITile,
  IViewSpec
} from '../../client/types';
import { Slots } from '../../plugins/panels/slots';
import type { IWorkspaceModel, IWorkspaceState } from '../../workspace/types';

export const trans = nullTranslator.load('visionlens');

export const VIEW: IViewSpec = {
  level: 'samples',
  filter: null,
  where: null,
  sql: null,
  sort: [],
  all: false,
  search: null,
  outcomes: null
};

function field(
  name: string,
  level: IFieldInfo['level'],
  type: IFieldInfo['type'],
  facet: IFieldInfo['facet']
): IFieldInfo {
  const label = name[0].toUpperCase() + name.slice(1);
  return { name, level, type, facet, builtin: true, label };
}

export const DETAIL: IDatasetDetail = {
  dataset: 'blood',
  uuid: 'u',
  name: 'Blood cells',
  created_at: '2026-01-01T00:00:00Z',
  modified_at: '2026-01-01T00:00:00Z',
  version: 1,
  samples: 364,
  annotations: 4888,
  classes: 3,
  format: 'voc',
  source: null,
  state: 'ready',
  preview: [],
  owner: null,
  damages: [],
  class_list: [],
  splits: [],
  tags: [{ name: 'review', samples: 2 }],
  sources: [],
  fields: [
    field('class', 'annotations', 'string', 'values'),
    field('split', 'samples', 'string', 'values'),
    field('brightness', 'samples', 'number', 'histogram'),
    field('captured_at', 'samples', 'timestamp', 'histogram'),
    field('width', 'samples', 'integer', 'histogram')
  ],
  roots: {},
  kinds: []
};

export function state(change: Partial<IWorkspaceState> = {}): IWorkspaceState {
  return {
    id: 'w',
    dataset: 'blood',
    version: 1,
    datasetVersion: 1,
    detail: DETAIL,
    view: VIEW,
    shown: change.view ?? VIEW,
    predicate: '',
    ids: Uint32Array.from({ length: 10 }, (_, i) => i + 100),
    total: 364,
    selection: { level: 'samples', ids: new Set() },
    selectedInView: 0,
    focus: null,
    pending: false,
    error: null,
    past: [],
    future: [],
    ...change
  };
}

export type FakeModel = {
  [key in keyof IWorkspaceModel]: IWorkspaceModel[key] extends (
    ...args: never[]
  ) => unknown
    ? jest.Mock
    : IWorkspaceModel[key];
};

export function fakeModel(change: Partial<IWorkspaceState> = {}): FakeModel {
  return {
    store: createStore<IWorkspaceState>(() => state(change)),
    setFilter: jest.fn(),
    setPredicate: jest.fn().mockResolvedValue(null),
    setSort: jest.fn(),
    setLevel: jest.fn(),
    setSql: jest.fn(),
    setSearch: jest.fn(),
    setOutcomes: jest.fn(),
    setView: jest.fn(),
    clearFilters: jest.fn(),
    undo: jest.fn(),
    redo: jest.fn(),
    walkHistory: jest.fn(),
    select: jest.fn(),
    toggle: jest.fn(),
    selectTo: jest.fn(),
    selectAll: jest.fn(),
    clearSelection: jest.fn(),
    setFocus: jest.fn(),
    moveFocus: jest.fn(),
    focusAny: jest.fn().mockResolvedValue(undefined),
    tag: jest.fn().mockResolvedValue(undefined),
    refresh: jest.fn().mockResolvedValue(undefined),
    flush: jest.fn().mockResolvedValue(undefined),
    pull: jest.fn().mockResolvedValue(undefined),
    dispose: jest.fn(),
    server: {} as IWorkspaceModel['server']
  };
}

export function fakeSettings(change: Partial<ISettings> = {}) {
  const listeners = new Set<() => void>();
  let current: ISettings = {
    tileSize: 160,
    overlays: true,
    labels: false,
    confidences: true,
    opacity: 0.3,
    outlineOnly: false,
    onlyMatching: true,
    captions: true,
    ...change
  };
  const settings: IVisionLensSettings = {
    get: () => current,
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: some => {
      current = { ...current, ...some };
      listeners.forEach(listener => listener());
    }
  };
  return settings;
}

/** No embeddings at all, unless told otherwise. */
export function fakeEmbeddings(
  change: Partial<IEmbeddingsClient> = {}
): IEmbeddingsClient {
  return {
    installed: async () => ({ embedders: [], projections: [] }),
    spaces: async () => [],
    projections: async () => [],
    queries: async () => [],
    ...change
  } as IEmbeddingsClient;
}

export function fakeContext(client: Partial<IClient>): IWorkspaceContext {
  const { embeddings = fakeEmbeddings() } = client;
  return {
    client: {
      cropUrl: (dataset: string, id: number, crop: { size: number }) =>
        `/crop/${dataset}/${id}?size=${crop.size}`,
      thumbnailUrl: (dataset: string, id: number, version: string | null) =>
        `/thumb/${dataset}/${id}?v=${version}`,
      imageUrl: (dataset: string, id: number) => `/image/${dataset}/${id}`,
      tileUrl: (
        dataset: string,
        id: number,
        version: string,
        place: { level: number; column: number; row: number }
      ) =>
        `/tile/${dataset}/${id}/${place.level}/${place.column}/${place.row}?v=${version}`,
      thumbnails: async (_: string, wanted: readonly unknown[]) =>
        wanted.map(() => new Blob(['x'])),
      savedViews: async () => [],
      embeddings,
      searches: new Searches(embeddings),
      evaluations: {
        runs: async () => [],
        evaluations: async () => []
      } as unknown as IEvaluationsClient,
      ...client
    } as IClient,
    trans,
    commands: new CommandRegistry(),
    settings: fakeSettings(),
    slots: new Slots(),
    signedOut: { get: () => null, subscribe: () => () => undefined }
  };
}

export function tile(id: number, change: Partial<ITile> = {}): ITile {
  return {
    id,
    sample_id: id,
    filename: `image_${id}.jpg`,
    split: 'train',
    width: 640,
    height: 480,
    color: '#aabbcc',
    thumbnail: 'v1',
    crop: null,
    tags: [],
    boxes: [],
    annotation_ids: [],
    classes: [],
    sources: [],
    confidences: [],
    kinds: [],
    crowds: [],
    matching: [],
    outcomes: [],
    partner_ids: [],
    geometries: [],
    ...change
  };
}

export function annotation(
  id: number,
  change: Partial<IAnnotation> = {}
): IAnnotation {
  return {
    annotation_id: id,
    sample_id: 1,
    source: 'ground_truth',
    class: 'WBC',
    kind: 'box',
    x: 10,
    y: 20,
    w: 30,
    h: 40,
    confidence: null,
    area: null,
    is_crowd: false,
    difficult: null,
    truncated: null,
    occluded: null,
    geometry: null,
    attributes: {},
    tags: [],
    matching: true,
    outcome: null,
    partner_id: null,
    iou: null,
    error: null,
    ...change
  };
}
