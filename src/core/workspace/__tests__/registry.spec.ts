import { Workspaces } from '../registry';
import { compare, EMPTY_VIEW, FakeServer } from './fakeServer';

describe('Workspaces', () => {
  let server: FakeServer;
  let workspaces: Workspaces;

  beforeEach(() => {
    server = new FakeServer();
    workspaces = new Workspaces(server.client, server.serverEvents);
  });

  afterEach(() => {
    [...workspaces].forEach(model => workspaces.close(model.server.workspace));
  });

  it('opens a workspace once, however often it is asked for', async () => {
    const added = jest.fn();
    workspaces.added.connect(added);
    const options = { dataset: 'cells', workspace: 'w1' };
    const [one, two] = await Promise.all([
      workspaces.open(options),
      workspaces.open(options)
    ]);
    expect(one).toBe(two);
    expect(await workspaces.open({ dataset: 'cells' })).toBe(one);
    expect(added).toHaveBeenCalledTimes(1);
    expect(workspaces.current).toBe(one);
  });

  it('makes a new one in place of one the server has forgotten', async () => {
    const model = await workspaces.open({
      dataset: 'cells',
      workspace: 'gone'
    });
    expect(model.server.workspace).toBe('new-1');
    expect(await workspaces.open({ dataset: 'cells', workspace: 'gone' })).toBe(
      model
    );
    expect(server.created).toBe(1);
  });

  it('keeps two notebooks apart', async () => {
    const open = (notebook: string) =>
      workspaces.open({ dataset: 'cells', notebook });
    const one = await open('a.ipynb');
    const two = await open('b.ipynb');
    expect(one).not.toBe(two);
    expect(await open('a.ipynb')).toBe(one);
    expect(server.created).toBe(2);
  });

  it('reads what was closed just now when its last change is in', async () => {
    const { client } = server;
    let send: () => void = () => undefined;
    const held = new Promise<void>(resolve => (send = resolve));
    const slow: typeof client = Object.assign(Object.create(client), {
      changeWorkspace: async (
        ...args: Parameters<typeof client.changeWorkspace>
      ) => {
        await held;
        return client.changeWorkspace(...args);
      }
    });
    workspaces = new Workspaces(slow, server.serverEvents);
    const options = { dataset: 'cells', workspace: 'w1' };
    const model = await workspaces.open(options);
    model.setView({ ...EMPTY_VIEW, filter: compare('sample_id', 20) });
    workspaces.close('w1');
    const again = workspaces.open(options);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(server.changes).toEqual([]);
    send();
    const { view } = (await again).store.getState();
    expect(view.filter).toEqual(compare('sample_id', 20));
  });

  it('follows the panel used last, and forgets what is closed', async () => {
    const changes: (string | undefined)[] = [];
    workspaces.currentChanged.connect((_, model) =>
      changes.push(model?.server.workspace)
    );
    const one = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    await workspaces.open({ dataset: 'cells', workspace: 'other' });
    workspaces.activate('new-1');
    workspaces.activate('unknown');
    expect(changes).toEqual(['w1', 'new-1']);
    const dispose = jest.spyOn(one, 'dispose');
    workspaces.close('w1');
    expect(dispose).toHaveBeenCalled();
    expect(workspaces.get('w1')).toBeUndefined();
    workspaces.close('new-1');
    expect(changes).toEqual(['w1', 'new-1', undefined]);
    expect(workspaces.current).toBeNull();
  });
});
