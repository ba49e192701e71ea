import { outcomeFilter } from '../../outcomes/outcomes';
import { WorkspaceModel } from '../store';
import { ALL, compare, EMPTY_VIEW, FakeServer, refusal } from './fakeServer';

const DELAY = 120;

let server: FakeServer;
let model: WorkspaceModel;

beforeEach(async () => {
  jest.useFakeTimers();
  server = new FakeServer();
  model = new WorkspaceModel({
    client: server.client,
    events: server.serverEvents,
    workspace: server.workspace,
    origin: 'me',
    delay: DELAY
  });
  await model.flush();
});

afterEach(() => {
  model.dispose();
  jest.useRealTimers();
});

const state = () => model.store.getState();
const filterTo = (count: number) =>
  model.setFilter(compare('sample_id', count) ?? null);

describe('the view', () => {
  it('keeps outcomes beside the filter, and clears both', async () => {
    const outcomes = outcomeFilter('run-a', 0.35, { errors: ['missed'] });
    filterTo(4);
    model.setOutcomes(outcomes);
    expect(state().view.filter).not.toBeNull();
    expect(state().view.outcomes).toEqual(outcomes);
    model.undo();
    expect(state().view.outcomes).toBeNull();
    model.redo();
    model.clearFilters();
    expect(state().view).toMatchObject({ filter: null, outcomes: null });
    await model.flush();
  });

  it('starts with the ids of the stored view', () => {
    expect(state().ids).toHaveLength(ALL);
    expect(state().pending).toBe(false);
    expect(state().detail?.name).toBe('Cells');
  });

  it('asks for the ids first, then for what is told about the dataset', async () => {
    server.held = [];
    const dataset = jest.fn(server.client.dataset);
    const opened = new WorkspaceModel({
      client: { ...server.client, dataset },
      events: server.serverEvents,
      workspace: server.workspace,
      origin: 'other'
    });
    await jest.advanceTimersByTimeAsync(0);
    expect(dataset).not.toHaveBeenCalled();
    server.held[0]();
    await opened.flush();
    expect(dataset).toHaveBeenCalledTimes(1);
    expect(opened.store.getState().detail?.name).toBe('Cells');
    opened.dispose();
  });

  it('changes at once and keeps the last picture until the ids are there', async () => {
    filterTo(10);
    expect(state().view.filter).toEqual(compare('sample_id', 10));
    expect(state().pending).toBe(true);
    expect(state().ids).toHaveLength(ALL);
    expect(state().shown).toBe(server.workspace.view);
    await model.flush();
    expect(state().ids).toHaveLength(10);
    expect(state().shown).toBe(state().view);
    expect(state().pending).toBe(false);
    expect(state().predicate).toBe('a predicate');
  });

  it('sends quick changes as one, with version and origin', async () => {
    const requests = server.views.length;
    filterTo(50);
    await jest.advanceTimersByTimeAsync(DELAY / 2);
    filterTo(30);
    await jest.advanceTimersByTimeAsync(DELAY / 2);
    expect(server.changes).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(DELAY);
    expect(server.changes).toEqual([
      {
        base_version: 1,
        origin: 'me',
        view: { ...EMPTY_VIEW, filter: compare('sample_id', 30) }
      }
    ]);
    expect(server.views).toHaveLength(requests + 1);
    // One request, but two steps: each was a choice of its own.
    model.undo();
    expect(state().view.filter).toEqual(compare('sample_id', 50));
    model.undo();
    expect(state().view).toEqual(EMPTY_VIEW);
  });

  it('takes what goes on within a second as one step', async () => {
    const move = (count: number, gesture?: string) =>
      model.setFilter(compare('sample_id', count) ?? null, gesture);
    move(50, 'handle');
    await jest.advanceTimersByTimeAsync(900);
    move(40, 'handle');
    await jest.advanceTimersByTimeAsync(900);
    move(30, 'handle');
    await jest.advanceTimersByTimeAsync(1100);
    move(20, 'handle');
    move(10, 'another');
    const steps = [];
    while (state().past.length > 0) {
      model.undo();
      steps.push(state().view.filter);
    }
    expect(steps).toEqual([
      compare('sample_id', 20),
      compare('sample_id', 30),
      null
    ]);
  });

  it('drops a late reply', async () => {
    server.held = [];
    filterTo(50);
    await jest.advanceTimersByTimeAsync(DELAY);
    filterTo(5);
    await jest.advanceTimersByTimeAsync(DELAY);
    const [late, current] = server.held;
    current();
    await jest.advanceTimersByTimeAsync(0);
    late();
    await jest.advanceTimersByTimeAsync(0);
    expect(state().ids).toHaveLength(5);
    expect(state().pending).toBe(false);
  });

  it('steps back and forth', async () => {
    filterTo(10);
    await model.flush();
    model.setSort([{ field: 'brightness', descending: true }]);
    await model.flush();
    model.undo();
    expect(state().view.sort).toEqual([]);
    expect(state().view.filter).not.toBeNull();
    model.undo();
    expect(state().view.filter).toBeNull();
    expect(state().past).toEqual([]);
    model.redo();
    model.redo();
    expect(state().view.sort).toHaveLength(1);
    expect(state().future).toEqual([]);
    await model.flush();
    expect(server.workspace.view).toEqual(state().view);
  });

  it('takes a predicate that parses, and tells what is wrong with another', async () => {
    expect(await model.setPredicate('sample_id < 10')).toBeNull();
    expect(state().view.filter).toEqual(compare('sample_id', 10));
    expect((await model.setPredicate('wrong'))?.code).toBe('PREDICATE_INVALID');
    expect(state().view.filter).toEqual(compare('sample_id', 10));
    expect(await model.setPredicate('  ')).toBeNull();
    expect(state().view.filter).toBeNull();
  });

  it('goes back to what the server has when it refuses', async () => {
    filterTo(10);
    server.refusal = refusal('FIELD_UNKNOWN', 400);
    await model.flush();
    expect(state().view).toEqual(EMPTY_VIEW);
    expect(state().ids).toHaveLength(ALL);
    expect(state().error?.code).toBe('FIELD_UNKNOWN');
  });

  it('sends again when the server was away', async () => {
    filterTo(10);
    server.refusal = refusal('SERVER_UNREACHABLE', 0);
    await jest.advanceTimersByTimeAsync(DELAY);
    expect(server.workspace.view.filter).toBeNull();
    expect(state().view.filter).not.toBeNull();
    await jest.advanceTimersByTimeAsync(6000);
    expect(server.workspace.view.filter).not.toBeNull();
  });
});

describe('other origins', () => {
  it('are followed, and can be undone', async () => {
    server.change(
      { view: { ...EMPTY_VIEW, filter: compare('sample_id', 7) ?? null } },
      'notebook'
    );
    await jest.advanceTimersByTimeAsync(DELAY);
    await model.flush();
    expect(state().ids).toHaveLength(7);
    expect(state().version).toBe(2);
    model.undo();
    expect(state().view).toEqual(EMPTY_VIEW);
  });

  it('selections are followed', async () => {
    server.change({ selection: [1, 2, 3] }, 'notebook');
    await jest.advanceTimersByTimeAsync(0);
    expect([...state().selection.ids]).toEqual([1, 2, 3]);
    expect(state().selectedInView).toBe(3);
  });

  it('own echoes are ignored', async () => {
    const workspace = jest.spyOn(model, 'pull');
    filterTo(10);
    await model.flush();
    expect(workspace).not.toHaveBeenCalled();
    expect(state().version).toBe(2);
  });

  it('a known version is not read again', async () => {
    const before = state();
    await model.pull(1);
    expect(state()).toBe(before);
  });

  it('in conflict, the last gesture is repeated on their state', async () => {
    const theirs = {
      ...EMPTY_VIEW,
      sort: [{ field: 'width', descending: true }]
    };
    filterTo(10);
    // Their event is still on its way when our change is sent.
    server.workspace = {
      ...server.workspace,
      view: theirs,
      view_version: 2,
      version: 2,
      origin: 'notebook'
    };
    await jest.advanceTimersByTimeAsync(DELAY);
    await model.flush();
    expect(server.workspace.view).toEqual({
      ...theirs,
      filter: compare('sample_id', 10)
    });
    expect(state().view).toEqual(server.workspace.view);
    expect(state().ids[0]).toBe(9);
    expect(server.changes.map(change => change.base_version)).toEqual([1, 2]);
    model.undo();
    expect(state().view).toEqual(theirs);
  });

  it('in conflict about the selection, a toggle is repeated on theirs', async () => {
    model.toggle(5);
    server.selected = [1, 2];
    server.workspace = {
      ...server.workspace,
      version: 2,
      selection: { level: 'samples', count: 2, version: 2 },
      origin: 'notebook'
    };
    await model.flush();
    expect(server.selected).toEqual([1, 2, 5]);
    expect([...state().selection.ids]).toEqual([1, 2, 5]);
  });

  it('a new version of the dataset is read, once for a burst', async () => {
    const before = server.views.length;
    for (const version of [2, 3, 4]) {
      server.workspace = { ...server.workspace, dataset_version: version };
      server.events.dataset.emit({
        dataset: 'cells',
        version,
        change: 'changed'
      });
    }
    await jest.advanceTimersByTimeAsync(2000);
    expect(state().datasetVersion).toBe(4);
    expect(server.views).toHaveLength(before + 1);
  });
});

describe('the selection', () => {
  const selected = () => [...state().selection.ids];

  it('click, ctrl-click, shift-click', () => {
    model.select([3]);
    expect(selected()).toEqual([3]);
    model.toggle(7);
    expect(selected()).toEqual([3, 7]);
    model.selectTo(9);
    expect(selected()).toEqual([3, 7, 8, 9]);
    model.selectTo(6);
    expect(selected().sort()).toEqual([3, 6, 7]);
    model.toggle(3);
    expect(selected().sort()).toEqual([6, 7]);
    model.clearSelection();
    expect(selected()).toEqual([]);
  });

  it('shift-click follows the display order', async () => {
    model.setSort([{ field: 'sample_id', descending: true }]);
    await model.flush();
    model.select([99]);
    model.selectTo(96);
    expect(selected()).toEqual([99, 98, 97, 96]);
  });

  it('everything in the view travels as the view', async () => {
    filterTo(20);
    await model.flush();
    model.selectAll();
    expect(state().selectedInView).toBe(20);
    await model.flush();
    expect(server.changes[server.changes.length - 1]).toMatchObject({
      select_view: { filter: compare('sample_id', 20) },
      selection_level: 'samples'
    });
    expect(server.selected).toHaveLength(20);
  });

  it('large selections travel as binary', async () => {
    const ids = Array.from({ length: 1500 }, (_, i) => i);
    model.select(ids);
    await model.flush();
    expect(server.put).toEqual([Uint32Array.from(ids)]);
    model.select([4]);
    await model.flush();
    expect(server.changes).toHaveLength(1);
    expect(server.changes[0].selection).toEqual([4]);
  });

  it('survives a filter; the header counts what is in the view', async () => {
    model.select([2, 50]);
    filterTo(10);
    await model.flush();
    expect(state().selection.ids.size).toBe(2);
    expect(state().selectedInView).toBe(1);
  });

  it('is tagged as a whole', async () => {
    await model.tag('review');
    expect(server.tags).toEqual([]);
    model.select([1, 50]);
    filterTo(10);
    await model.tag('review', { remove: true });
    expect(server.tags).toEqual([
      { tag: 'review', level: 'samples', ids: [1, 50], remove: true }
    ]);
    expect(state().datasetVersion).toBe(2);
  });
});

describe('the focus', () => {
  it('walks along the view and stops at its ends', async () => {
    filterTo(2);
    await model.flush();
    for (const [step, expected] of [
      [1, 0],
      [1, 1],
      [1, 1],
      [-1, 0],
      [-1, 0]
    ]) {
      model.moveFocus(step);
      await jest.advanceTimersByTimeAsync(0);
      expect(state().focus).toBe(expected);
    }
  });

  it('walks along the samples of an annotation view', async () => {
    model.setLevel('annotations');
    await model.flush();
    model.setFocus(3);
    model.moveFocus(1);
    await jest.advanceTimersByTimeAsync(0);
    expect(state().focus).toBe(4);
    expect(server.views[server.views.length - 1].level).toBe('samples');
  });
});
