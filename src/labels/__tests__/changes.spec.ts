import { Notification } from '@jupyterlab/apputils';
import { fakeModel, trans } from '../../core/components/__tests__/fakes';
import { Changes } from '../changes';

const DONE = {
  version: 2,
  changed: 2,
  added: [],
  description: 'Relabelled 2 annotations to bus',
  can_undo: true,
  can_redo: false
};

function setUp() {
  const labels = {
    edit: jest.fn().mockResolvedValue(DONE),
    undo: jest.fn().mockResolvedValue({ ...DONE, can_redo: true }),
    redo: jest.fn().mockResolvedValue(DONE)
  };
  const model = fakeModel();
  const said = jest.spyOn(Notification, 'success').mockReturnValue('n');
  const changes = new Changes(model, { labels } as never, trans);
  return { changes, labels, model, said };
}

describe('Changes', () => {
  afterEach(() => jest.restoreAllMocks());

  it('relabels what was chosen, shows it and offers the way back', async () => {
    const { changes, labels, model, said } = setUp();
    const chosen = { level: 'annotations', ids: [4, 2] } as const;
    await changes.relabel(chosen, ' bus ');
    expect(labels.edit).toHaveBeenCalledWith('blood', {
      ids: [4, 2],
      relabel: 'bus'
    });
    expect(model.refresh).toHaveBeenCalledTimes(1);
    expect(said.mock.calls[0][0]).toBe(DONE.description);
    const [action] = said.mock.calls[0][1]!.actions!;
    expect(action.label).toBe('Undo');
    action.callback({} as MouseEvent);
    await Promise.resolve();
    expect(labels.undo).toHaveBeenCalledWith('blood');
  });

  it('deletes a selection at once', async () => {
    const { changes, labels } = setUp();
    await changes.remove({ level: 'annotations', ids: [1] });
    expect(labels.edit).toHaveBeenCalledWith('blood', {
      ids: [1],
      delete: true
    });
  });

  it('offers nothing where nothing changed', async () => {
    const { changes, labels, said } = setUp();
    labels.edit.mockResolvedValue({ ...DONE, changed: 0 });
    await changes.relabel({ level: 'annotations', ids: [1] }, 'bus');
    expect(said.mock.calls[0][1]!.actions).toEqual([]);
  });
});
