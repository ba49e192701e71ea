import type { IEmbeddingsClient, IProjection } from '../../embeddings/client';
import type { IClient } from '../../core/client/context';
import {
  fakeEmbeddings,
  fakeModel,
  VIEW
} from '../../core/components/__tests__/fakes';
import { MapModel } from '../mapModel';
import { State } from '../points/points';

jest.mock('../points/makeWorker', () => ({}));

const PROJECTION: IProjection = {
  projection: 'p1',
  space: 's',
  level: 'samples',
  method: 'umap',
  dimensions: 2,
  parameters: {},
  rows: 4,
  preview: false,
  warning: null,
  created_at: '1'
};

const LEGEND = {
  field: 'class',
  label: 'Class',
  level: 'samples' as const,
  type: 'values' as const,
  version: 1,
  size: 5,
  values: [{ value: 'car', count: 4 }],
  others: 0,
  others_count: 0,
  missing: 0,
  low: null,
  high: null
};

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await Promise.resolve();
  }
}

async function setUp(
  change: Partial<IEmbeddingsClient> = {},
  state: Parameters<typeof fakeModel>[0] = {}
) {
  const workspace = fakeModel({ ids: Uint32Array.from([0, 3]), ...state });
  const view = jest.fn().mockResolvedValue({
    ids: Uint32Array.from([1]),
    total: 4,
    version: 1
  });
  const embeddings = fakeEmbeddings({
    projections: jest.fn().mockResolvedValue([PROJECTION]),
    points: jest
      .fn()
      .mockResolvedValue(Float32Array.from([0, 0, 1, 1, NaN, NaN, 2, 2, 3, 3])),
    colors: jest.fn().mockResolvedValue({
      legend: LEGEND,
      values: Uint16Array.from([0, 0, 0, 0, 65535])
    }),
    ...change
  });
  const map = new MapModel(workspace, {
    view,
    embeddings
  } as unknown as IClient);
  await settled();
  return { workspace, view, embeddings, map };
}

describe('MapModel', () => {
  it('shows what the view holds, selects within it, without asking the server', async () => {
    const { workspace, view, embeddings, map } = await setUp();
    expect(map.store.getState().projection?.projection).toBe('p1');
    expect([...map.states]).toEqual([2, 1, 0, 2, 1]);
    expect([...map.colors.subarray(0, 4)]).not.toEqual([140, 149, 159, 255]);
    expect([...map.colors.subarray(16, 20)]).toEqual([140, 149, 159, 255]);

    const { revision } = map.store.getState();
    workspace.store.setState({
      selection: { level: 'samples', ids: new Set([3, 4]) }
    });
    expect([...map.states]).toEqual([2, 1, 0, State.selected, 1]);
    expect(map.store.getState().revision).toBe(revision + 1);
    workspace.store.setState({
      ids: Uint32Array.from([4]),
      shown: { ...VIEW }
    });
    expect([...map.states]).toEqual([1, 1, 0, 1, State.selected]);
    expect(view).not.toHaveBeenCalled();
    expect(embeddings.points).toHaveBeenCalledTimes(1);
  });

  it('joins selections', async () => {
    const { workspace, map } = await setUp(
      {},
      { selection: { level: 'samples', ids: new Set([0, 1]) } }
    );
    map.select([3]);
    expect([...workspace.select.mock.lastCall[0]]).toEqual([3]);
    map.select([3], 'add');
    expect([...workspace.select.mock.lastCall[0]]).toEqual([0, 1, 3]);
    map.select([0, 3], 'remove');
    expect([...workspace.select.mock.lastCall[0]]).toEqual([1]);
    expect(workspace.setLevel).not.toHaveBeenCalled();
  });

  it('asks for the ids of its own level where the grid shows another', async () => {
    const { workspace, view, map } = await setUp({}, {
      view: { ...VIEW, level: 'annotations' },
      shown: { ...VIEW, level: 'annotations' }
    } as never);
    expect(view.mock.lastCall[1]).toMatchObject({ level: 'samples', sort: [] });
    expect([...map.states]).toEqual([1, 2, 0, 1, 1]);
    map.select([1]);
    expect(workspace.setLevel).toHaveBeenCalledWith('samples');
    expect(workspace.select.mock.lastCall[1]).toBe('samples');
  });

  it('reads its lists again when the dataset changes, and says what fails', async () => {
    const { workspace, embeddings, map } = await setUp();
    workspace.store.setState({ datasetVersion: 2 });
    await settled();
    expect(embeddings.projections).toHaveBeenCalledTimes(2);
    expect(embeddings.points).toHaveBeenCalledTimes(1);
    expect(embeddings.colors).toHaveBeenCalledTimes(2);
    const failing = await setUp({
      projections: jest.fn().mockRejectedValue(new Error('gone'))
    });
    expect(failing.map.store.getState().error?.message).toContain('gone');
    map.dispose();
    workspace.store.setState({ datasetVersion: 3 });
    expect(embeddings.projections).toHaveBeenCalledTimes(2);
  });

  it('is plain without a field, and follows another', async () => {
    const { embeddings, map } = await setUp();
    await map.colorBy(null);
    expect(map.store.getState().coloring).toBeNull();
    expect([...map.colors.subarray(0, 4)]).toEqual([140, 149, 159, 255]);
    await map.colorBy('split');
    expect((embeddings.colors as jest.Mock).mock.lastCall[1]).toEqual({
      field: 'split',
      level: 'samples'
    });
  });
});
