import { Signal } from '@lumino/signaling';
import { createStore } from 'zustand/vanilla';
import type { IWorkspaces } from '../../tokens';
import type { IWorkspaceModel, IWorkspaceState } from '../../workspace/types';
import { KernelBridge, sameNotebook } from '../bridge';
import { parseKernelMessage, REQUEST_TARGET, STATE_TARGET } from '../messages';
import { FakeKernel, FakeSession } from './fakeKernel';

const NOTEBOOK = '/home/me/lab/analysis.ipynb';
const SHOW = {
  type: 'show',
  dataset: 'cells',
  workspace: 'w1',
  notebook: NOTEBOOK
};

class FakeModel {
  constructor(private readonly _id = 'w1') {}

  readonly store = createStore<Partial<IWorkspaceState>>(() => ({
    id: this._id,
    version: 1
  }));
  readonly pull = jest.fn();
  server = {
    workspace: this._id,
    dataset: 'cells',
    notebook: NOTEBOOK,
    version: 1,
    view_version: 1,
    predicate: '',
    count: 5,
    total: 10,
    selection: { level: 'samples', count: 2, version: 1 }
  };

  setVersion(version: number): void {
    this.server = { ...this.server, version };
    this.store.setState({ version });
  }
}

class FakeWorkspaces {
  readonly added = new Signal<this, IWorkspaceModel>(this);
  readonly removed = new Signal<this, IWorkspaceModel>(this);
  models: IWorkspaceModel[] = [];

  get(workspace: string): IWorkspaceModel | undefined {
    return this.models.find(model => model.server.workspace === workspace);
  }

  [Symbol.iterator]() {
    return this.models[Symbol.iterator]();
  }

  add(model: IWorkspaceModel): void {
    this.models.push(model);
    this.added.emit(model);
  }

  remove(model: IWorkspaceModel): void {
    this.models = this.models.filter(each => each !== model);
    this.removed.emit(model);
  }
}

function setUp(kernel: FakeKernel | null = new FakeKernel()) {
  const fake = new FakeModel();
  const model = fake as unknown as IWorkspaceModel;
  const workspaces = new FakeWorkspaces();
  const host = {
    show: jest.fn(async ({ workspace }: { workspace: string }) => {
      if (!workspaces.get(workspace)) {
        workspaces.add(model);
      }
      return workspaces.get(workspace)!;
    }),
    hello: jest.fn(),
    failed: jest.fn()
  };
  const bridge = new KernelBridge(workspaces as unknown as IWorkspaces, host);
  const session = new FakeSession(kernel);
  const remove = bridge.add(session.context);
  return { fake, model, workspaces, host, bridge, session, remove };
}

/** Python's `ds.show()`. */
async function show(kernel: FakeKernel, workspace = 'w1') {
  kernel.lenses = [...new Set([...kernel.lenses, workspace])];
  const comm = kernel.openFromPython(REQUEST_TARGET, {
    type: 'hello',
    version: '1.0'
  });
  comm.onMsg({ content: { data: { ...SHOW, workspace } } });
  await jest.advanceTimersByTimeAsync(0);
  return comm;
}

const versions = (messages: unknown[]) =>
  messages.map(message => (message as { version: number }).version);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a notebook link', () => {
  it('shows what the kernel asks for and sends the full state', async () => {
    const kernel = new FakeKernel();
    const { host, bridge, fake } = setUp(kernel);
    expect(bridge.linkOf('w1')).toBeNull();
    await show(kernel);
    expect(host.hello).toHaveBeenCalledWith('1.0');
    expect(host.show.mock.calls[0]).toMatchObject([SHOW, {}]);
    const [comm] = kernel.stateComms();
    expect(kernel.stateComms()).toHaveLength(1);
    expect(comm.opened).toEqual({ type: 'sync' });
    expect(comm.states).toEqual([
      {
        type: 'state',
        dataset: 'cells',
        workspace: 'w1',
        version: 1,
        view_version: 1,
        selection_version: 1,
        selection_count: 2,
        predicate: '',
        count: 5,
        total: 10
      }
    ]);
    expect(bridge.linkOf('w1')).toMatchObject({
      path: 'lab/analysis.ipynb',
      isLive: true
    });
    fake.setVersion(2);
    fake.store.setState({ pending: true });
    expect(versions(comm.sent).filter(version => version === 2)).toHaveLength(
      1
    );
  });

  it('does not talk to a kernel that never said hello', async () => {
    const kernel = new FakeKernel();
    const { workspaces, model } = setUp(kernel);
    workspaces.add(model);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(kernel.stateComms()).toHaveLength(0);
  });

  it('tries again when Python registers its target late', async () => {
    const kernel = new FakeKernel();
    setUp(kernel);
    const register = kernel.targets.add;
    kernel.targets.add = () => kernel.targets;
    await show(kernel);
    expect(kernel.comms.size).toBe(0);
    register.call(kernel.targets, STATE_TARGET);
    await jest.advanceTimersByTimeAsync(600);
    const [comm, ...rest] = kernel.comms.values();
    expect(comm.states).toMatchObject([{ workspace: 'w1' }]);
    expect(rest).toEqual([]);
  });

  it('gives up after a while', async () => {
    const kernel = new FakeKernel();
    setUp(kernel);
    kernel.targets.add = () => kernel.targets;
    await show(kernel);
    await jest.advanceTimersByTimeAsync(60_000);
    const tries = kernel.stateComms().length;
    expect(tries).toBeLessThan(6);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(kernel.stateComms()).toHaveLength(tries);
  });

  it('recovers from a restart with the next show()', async () => {
    const kernel = new FakeKernel();
    const { fake, bridge, session } = setUp(kernel);
    await show(kernel);
    kernel.restart();
    session.statusChanged.emit('restarting');
    expect(bridge.linkOf('w1')?.isLive).toBe(false);
    fake.setVersion(2);
    expect(kernel.stateComms()).toHaveLength(1);
    await show(kernel);
    const comms = kernel.stateComms();
    expect(comms).toHaveLength(2);
    expect(versions(comms[1].states)).toEqual([2]);
    expect(bridge.linkOf('w1')?.isLive).toBe(true);
  });

  it('is called as the notebook is called now', async () => {
    const kernel = new FakeKernel();
    const { bridge, session } = setUp(kernel);
    await show(kernel);
    const changed = jest.fn();
    bridge.changed.connect(changed);
    session.propertyChanged.emit('name');
    expect(changed).not.toHaveBeenCalled();
    session.rename('work/renamed.ipynb');
    expect(changed).toHaveBeenCalledTimes(1);
    expect(bridge.linkOf('w1')).toMatchObject({
      path: 'work/renamed.ipynb',
      isLive: true
    });
  });

  it('learns from the kernel after a reload which workspaces are its own', async () => {
    const kernel = new FakeKernel();
    kernel.targets.add(STATE_TARGET);
    kernel.left[REQUEST_TARGET] = ['old-request'];
    kernel.lenses = ['w1', 'not-open'];
    const { workspaces, model, bridge, session } = setUp(kernel);
    session.rename('work/renamed.ipynb');
    workspaces.add(model);
    const other = new FakeModel('w2') as unknown as IWorkspaceModel;
    workspaces.add(other);
    await jest.advanceTimersByTimeAsync(0);
    expect(bridge.linkOf('w1')).toMatchObject({
      path: 'work/renamed.ipynb',
      isLive: true
    });
    expect(bridge.linkOf('w2')).toBeNull();
    const [comm] = kernel.stateComms();
    expect(kernel.stateComms()).toHaveLength(1);
    expect(comm.opened).toEqual({ type: 'sync' });
    expect(comm.states).toMatchObject([{ type: 'state', workspace: 'w1' }]);
  });

  it('attaches a workspace of the kernel that is opened later, and again', async () => {
    const kernel = new FakeKernel();
    const { workspaces, model, bridge } = setUp(kernel);
    await show(kernel);
    workspaces.remove(model);
    expect(bridge.linkOf('w1')).toBeNull();
    workspaces.add(model);
    expect(bridge.linkOf('w1')?.isLive).toBe(true);
    expect(versions(kernel.stateComms()[0].states)).toEqual([1, 1]);
  });

  it('lets go of what the kernel does not speak of after a restart', async () => {
    const kernel = new FakeKernel();
    const { workspaces, bridge, session } = setUp(kernel);
    await show(kernel);
    const other = new FakeModel('w2');
    workspaces.add(other as unknown as IWorkspaceModel);
    await show(kernel, 'w2');
    expect(bridge.linkOf('w2')?.isLive).toBe(true);
    kernel.restart();
    session.statusChanged.emit('restarting');
    await show(kernel);
    expect(bridge.linkOf('w1')?.isLive).toBe(true);
    expect(bridge.linkOf('w2')?.isLive).toBe(false);
    other.setVersion(2);
    expect(versions(kernel.stateComms()[1].states)).not.toContain(2);
  });

  it('waits where a workspace was made for the notebook', () => {
    const { workspaces, model, bridge, remove } = setUp(new FakeKernel());
    workspaces.add(model);
    expect(bridge.linkOf('w1')).toEqual({
      path: 'lab/analysis.ipynb',
      isLive: false
    });
    remove();
    expect(bridge.linkOf('w1')).toBeNull();
  });

  it('takes over the comms of the page before a reload', async () => {
    const kernel = new FakeKernel();
    kernel.left[REQUEST_TARGET] = ['old-request'];
    kernel.left[STATE_TARGET] = ['old-state'];
    kernel.lenses = ['w1'];
    const { workspaces, model, fake, bridge } = setUp(kernel);
    await jest.advanceTimersByTimeAsync(0);
    workspaces.add(model);
    await jest.advanceTimersByTimeAsync(0);
    expect(bridge.linkOf('w1')?.isLive).toBe(true);
    const state = kernel.comms.get('old-state')!;
    expect(state.opened).toBeUndefined();
    expect(versions(state.states)).toEqual([1]);
    kernel.comms.get('old-request')!.onMsg({
      content: {
        data: { type: 'changed', dataset: 'cells', workspace: 'w1', version: 4 }
      }
    });
    expect(fake.pull).toHaveBeenCalledWith(4);
  });

  it('follows the session to another kernel', async () => {
    const first = new FakeKernel();
    const second = new FakeKernel();
    const { session, fake } = setUp(first);
    await show(first);
    session.setKernel(second);
    await show(second);
    fake.setVersion(3);
    expect(versions(first.stateComms()[0].sent)).not.toContain(3);
    expect(versions(second.stateComms()[0].sent)).toContain(3);
  });

  it('waits for a session without a kernel', async () => {
    const { session, host } = setUp(null);
    const kernel = new FakeKernel();
    session.setKernel(kernel);
    await show(kernel);
    expect(host.show).toHaveBeenCalledTimes(1);
  });

  it('tells the user when the panels do not open', async () => {
    const kernel = new FakeKernel();
    const { host } = setUp(kernel);
    host.show.mockRejectedValue(new Error('gone'));
    await show(kernel);
    expect(host.failed).toHaveBeenCalledWith(new Error('gone'));
  });

  it('ends with its notebook or its workspace', async () => {
    const kernel = new FakeKernel();
    const { bridge, workspaces, model, remove } = setUp(kernel);
    const changed = jest.fn();
    bridge.changed.connect(changed);
    await show(kernel);
    workspaces.remove(model);
    expect(bridge.linkOf('w1')).toBeNull();
    await show(kernel);
    changed.mockClear();
    remove();
    expect(bridge.linkOf('w1')).toBeNull();
    expect(changed).toHaveBeenCalled();
  });
});

describe('parseKernelMessage', () => {
  it.each([
    [null],
    [{}],
    [{ type: 'later' }],
    [{ type: 'hello' }],
    [{ type: 'show', dataset: 'd' }],
    [{ type: 'links', links: 'all' }],
    [{ type: 'links', links: [null] }],
    [{ type: 'changed', dataset: 'd', workspace: 'w', version: '1' }]
  ])('ignores %p', data => {
    expect(parseKernelMessage(data)).toBeNull();
  });
});

describe('sameNotebook', () => {
  it.each([
    ['/home/me/lab/a.ipynb', 'lab/a.ipynb', true],
    ['lab/a.ipynb', 'RTC:lab/a.ipynb', true],
    ['C:\\Users\\me\\lab\\a.ipynb', 'lab/a.ipynb', true],
    ['/home/me/lab/ba.ipynb', 'a.ipynb', false],
    ['/home/me/other/a.ipynb', 'lab/a.ipynb', false]
  ])('%s and %s: %p', (recorded, path, expected) => {
    expect(sameNotebook(recorded, path)).toBe(expected);
  });
});
