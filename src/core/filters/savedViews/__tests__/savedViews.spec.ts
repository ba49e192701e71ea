import { act, renderHook } from '@testing-library/react';
import { VisionLensError } from '../../../client/errors';
import type { Filter, ISavedView, IViewSpec } from '../../../client/types';
import { fakeModel, VIEW } from '../../../components/__tests__/fakes';
import { useSavedViews } from '../useSavedViews';

const BUS: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'bus' };
const BUSES: IViewSpec = { ...VIEW, filter: BUS };

function saved(name: string, view: IViewSpec): ISavedView {
  const at = '2026-01-01T00:00:00Z';
  return { name, view, predicate: '', created_at: at, modified_at: at };
}

/** Saved views as a server keeps them. */
function library(...views: ISavedView[]) {
  const kept = new Map(views.map(view => [view.name, view]));
  return {
    kept,
    savedViews: jest.fn(async () => [...kept.values()]),
    saveView: jest.fn(async (_: string, name: string, view: IViewSpec) => {
      kept.set(name, saved(name, view));
      return kept.get(name)!;
    }),
    deleteView: jest.fn(async (_: string, name: string) => {
      kept.delete(name);
    })
  };
}

async function open(client: ReturnType<typeof library>, view = BUSES) {
  const model = fakeModel({ view });
  const { result } = renderHook(() => useSavedViews(model, client));
  await act(async () => undefined);
  const change = (wanted: IViewSpec): void =>
    act(() => model.store.setState({ view: wanted }));
  return { model, change, saved: () => result.current };
}

describe('useSavedViews', () => {
  beforeEach(() => sessionStorage.clear());

  it('knows the view it shows, and when it was changed', async () => {
    const client = library(saved('Buses', BUSES));
    const { saved: views, change, model } = await open(client, VIEW);
    expect(views().current).toBeNull();
    expect(views().modified).toBe(false);
    act(() => views().apply(views().views![0]));
    expect(model.setView).toHaveBeenCalledWith(BUSES);
    change(BUSES);
    expect(views().current?.name).toBe('Buses');
    expect(views().modified).toBe(false);
    change({ ...BUSES, level: 'annotations' });
    expect(views().current?.name).toBe('Buses');
    expect(views().modified).toBe(true);
  });

  it('saves the present view and comes from it', async () => {
    const client = library();
    const { saved: views, change } = await open(client);
    expect(views().views).toEqual([]);
    await act(async () => expect(await views().save('Buses')).toBe(true));
    expect(client.kept.get('Buses')?.view).toEqual(BUSES);
    expect(views().current?.name).toBe('Buses');
    change(VIEW);
    expect(views().modified).toBe(true);
    await act(async () => void (await views().save('Buses')));
    expect(client.kept.get('Buses')?.view).toEqual(VIEW);
    expect(views().modified).toBe(false);
  });

  it('keeps a view of two names apart by where it came from', async () => {
    const client = library(saved('One', BUSES), saved('Two', BUSES));
    const { saved: views } = await open(client);
    expect(views().current?.name).toBe('One');
    act(() => views().apply(views().views![1]));
    expect(views().current?.name).toBe('Two');
  });

  it('renames without a moment in which the view is lost', async () => {
    const client = library(saved('Buses', BUSES));
    const { saved: views } = await open(client);
    act(() => views().apply(views().views![0]));
    client.deleteView.mockRejectedValueOnce(
      new VisionLensError({
        code: 'DATASET_READ_ONLY',
        message: 'The dataset cannot be changed.',
        hint: 'Copy it.',
        details: {},
        request_id: null
      })
    );
    await act(async () =>
      expect(await views().rename(views().views![0], 'All')).toBe(false)
    );
    expect([...client.kept.keys()]).toEqual(['Buses', 'All']);
    expect(views().error?.code).toBe('DATASET_READ_ONLY');
    await act(async () =>
      expect(await views().rename(views().views![0], 'All')).toBe(true)
    );
    expect([...client.kept.keys()]).toEqual(['All']);
    expect(views().error).toBeNull();
    expect(views().current?.name).toBe('All');
  });

  it('deletes, and takes that back once', async () => {
    const client = library(saved('Buses', BUSES));
    const { saved: views } = await open(client);
    await act(async () => void (await views().remove(views().views![0])));
    expect(views().views).toEqual([]);
    expect(views().current).toBeNull();
    expect(views().deleted?.name).toBe('Buses');
    await act(async () => expect(await views().restore()).toBe(true));
    expect(views().views?.map(({ view }) => view)).toEqual([BUSES]);
    expect(views().deleted).toBeNull();
  });

  it('says why they cannot be read, and reads again', async () => {
    const client = library(saved('Buses', BUSES));
    client.savedViews.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    const { saved: views } = await open(client);
    expect(views().views).toBeNull();
    expect(views().error).not.toBeNull();
    await act(async () => views().reload());
    expect(views().error).toBeNull();
    expect(views().views).toHaveLength(1);
  });
});
