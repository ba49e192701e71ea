/** A map of five images in a panel of 200 x 100 pixels, drawn by nobody. */
import type { IClient } from '../../core/client/context';
import type {
  IColoring,
  IColorLegend,
  IEmbeddingsClient,
  IEmbeddingSpace,
  IProjection
} from '../../embeddings/client';
import {
  fakeContext,
  fakeEmbeddings,
  fakeModel
} from '../../core/components/__tests__/fakes';
import { MapModel } from '../mapModel';
import type { ICamera, IMapRenderer } from '../canvas/renderer';
import type { IMapView } from '../canvas/useRenderer';

export const PROJECTION: IProjection = {
  projection: 'p1',
  space: 'clip',
  level: 'samples',
  method: 'umap',
  dimensions: 2,
  parameters: {},
  rows: 4,
  preview: false,
  warning: null,
  created_at: '1'
};

export const SPACE: IEmbeddingSpace = {
  space: 'clip',
  level: 'samples',
  model: 'm',
  version: 'v',
  dimension: 4,
  has_text: true,
  settings: {},
  created_at: '1',
  vectors: 4,
  missing: 0,
  index: 'ready'
};

export const LEGEND: IColorLegend = {
  field: 'class',
  label: 'Class',
  level: 'samples',
  type: 'values',
  version: 1,
  size: 5,
  values: [
    { value: 'car', count: 2 },
    { value: 'bus', count: 1 }
  ],
  others: 0,
  others_count: 0,
  missing: 1,
  low: null,
  high: null
};

/** Ids 0, 1, 3 and 4 have points; 4 has no class. */
export const COLORING: IColoring = {
  legend: LEGEND,
  values: Uint16Array.from([0, 1, 65535, 0, 65535])
};

const POSITIONS = [0, 0, 10, 10, NaN, NaN, -80, 40, 90, -40];

/** Names of `count` values, one point each. */
export function manyValues(count: number): IColoring {
  const values = Array.from({ length: count }, (_, i) => ({
    value: `class ${i}`,
    count: 1
  }));
  return {
    legend: { ...LEGEND, values, size: count, missing: 0 },
    values: Uint16Array.from(values, (_, i) => i)
  };
}

interface IChange {
  readonly embeddings?: Partial<IEmbeddingsClient>;
  readonly client?: Partial<IClient>;
  readonly state?: Parameters<typeof fakeModel>[0];
  readonly coloring?: IColoring;
  readonly projections?: readonly IProjection[];
  readonly positions?: readonly number[];
}

/** Workspace, context and client of a map; all its points are in the view. */
export function fakePlace(change: IChange = {}) {
  const positions = Float32Array.from(change.positions ?? POSITIONS);
  const model = fakeModel({
    ids: Uint32Array.from({ length: positions.length / 2 }, (_, i) => i),
    ...change.state
  });
  const embeddings = fakeEmbeddings({
    spaces: jest.fn().mockResolvedValue([SPACE]),
    projections: jest
      .fn()
      .mockResolvedValue(change.projections ?? [PROJECTION]),
    points: jest.fn().mockResolvedValue(positions),
    colors: jest.fn().mockResolvedValue(change.coloring ?? COLORING),
    startJob: jest.fn().mockResolvedValue({}),
    ...change.embeddings
  });
  const context = fakeContext({ embeddings, ...change.client });
  return { model, context, embeddings };
}

/** The map's model over them, read. */
export async function fakeMap(change: IChange = {}) {
  const place = fakePlace(change);
  const map = new MapModel(place.model, place.context.client);
  await settled();
  return { ...place, map };
}

/** Let answers that are there already come in. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await Promise.resolve();
  }
}

/** One unit is one pixel; the panel's middle is the origin, y points up. */
export function fakeRenderer(
  change: Partial<Pick<IMapRenderer, 'nearer' | 'camera' | 'project'>> = {}
) {
  return {
    setPoints: jest.fn(),
    setColors: jest.fn(),
    setStates: jest.fn(),
    setDragging: jest.fn(),
    setEmphasis: jest.fn(),
    restyle: jest.fn(),
    camera: { target: [0, 0, 0], zoom: 0 } as ICamera | null,
    fit: jest.fn(),
    zoomBy: jest.fn(),
    panBy: jest.fn(),
    project: ([x, y]: readonly number[]): [number, number] => [100 + x, 50 - y],
    unproject: (x: number, y: number): [number, number] => [x - 100, 50 - y],
    projectAll: () => ({ values: new Float32Array(), stride: 2 }),
    unit: 1,
    nearer: 0,
    name: 'nobody',
    dispose: jest.fn(),
    ...change
  };
}

/** What the panel knows of its renderer. */
export function fakeView(
  map: MapModel,
  change: Partial<Pick<IMapView, 'lost' | 'error' | 'moves'>> = {},
  renderer = fakeRenderer()
) {
  return {
    renderer,
    lost: false,
    error: null,
    moves: 0,
    pick: jest.fn((): number | null => null),
    plane: (pixels: readonly number[]) => ({
      plane: { values: map.store.getState().points!.positions, stride: 2 },
      grid: null,
      polygon: pixels.flatMap((_, i) =>
        i % 2 === 0 ? renderer.unproject(pixels[i], pixels[i + 1]) : []
      )
    }),
    fitSelection: jest.fn(),
    reset: jest.fn(),
    ...change
  };
}

/** An element of the panel's size. */
export function fakeHost(): { current: HTMLElement } {
  const current = document.createElement('div');
  Object.defineProperties(current, {
    clientWidth: { value: 200 },
    clientHeight: { value: 100 }
  });
  return { current };
}
