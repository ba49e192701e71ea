import '@testing-library/jest-dom';
import { Notification } from '@jupyterlab/apputils';
import { type NotebookPanel, NotebookActions } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { FakeKernel, FakeSession } from '../../../kernel/__tests__/fakeKernel';
import { REQUEST_TARGET } from '../../../kernel/messages';
import { CommandIDs } from '../../../tokens';
import { compare } from '../../../workspace/__tests__/fakeServer';
import { NotebookLinks } from '../notebookLinks';
import { notebooksPlugin } from '../notebooks';
import { fakeApp } from '../../__tests__/fakeApp';

const settle = () => new Promise(resolve => setTimeout(resolve, 20));

class FakeCell {
  constructor(public source = '') {}

  readonly model = {
    sharedModel: {
      source: this.source,
      setSource: (text: string) => {
        this.source = text;
      }
    }
  };
}

/** A notebook with a kernel and some cells, the last one active. */
class FakeNotebook {
  constructor(
    readonly id: string,
    path: string,
    sources: readonly string[] = ['']
  ) {
    this.sessionContext = new FakeSession(this.kernel, path);
    this.content.widgets = sources.map(source => new FakeCell(source));
  }

  readonly kernel = new FakeKernel();
  readonly sessionContext: FakeSession;
  readonly disposed = new Signal<this, void>(this);
  readonly content = {
    widgets: [] as FakeCell[],
    get activeCell(): FakeCell {
      return this.widgets[this.widgets.length - 1];
    }
  };

  get panel(): NotebookPanel {
    return this as unknown as NotebookPanel;
  }

  get sources(): string[] {
    return this.content.widgets.map(({ source }) => source);
  }

  /** Python: `ds.show()`. */
  async show(workspace = 'w1', version = '1.0'): Promise<void> {
    this.kernel.lenses = [workspace];
    const data = { type: 'hello', version };
    const comm = this.kernel.openFromPython(REQUEST_TARGET, data);
    const message = { type: 'show', dataset: 'cells', workspace };
    comm.onMsg({ content: { data: { ...message, notebook: null } } });
    await settle();
  }
}

function setUp(...notebooks: FakeNotebook[]) {
  const about = jest.fn().mockResolvedValue({ version: '1.0' });
  const fake = fakeApp({ about } as never);
  const opened = jest.fn();
  fake.commands.addCommand(CommandIDs.open, { execute: opened });
  const tracker = {
    currentWidget: notebooks[0]?.panel ?? null,
    find: (test: (panel: NotebookPanel) => boolean) =>
      notebooks.map(({ panel }) => panel).find(test),
    forEach: (each: (panel: NotebookPanel) => void) =>
      notebooks.forEach(({ panel }) => each(panel)),
    widgetAdded: new Signal<unknown, NotebookPanel>({})
  };
  const { app, core, workspaces } = fake;
  const links = new NotebookLinks(app, core, workspaces, tracker as never);
  notebooks.forEach(({ panel }) => links.follow(panel));
  jest
    .spyOn(NotebookActions, 'insertBelow')
    .mockImplementation(content =>
      (content as unknown as FakeNotebook['content']).widgets.push(
        new FakeCell()
      )
    );
  return { ...fake, about, opened, tracker, links };
}

describe('NotebookLinks', () => {
  afterEach(() => jest.restoreAllMocks());

  it('opens what a kernel shows beside its notebook, which keeps the keyboard', async () => {
    const notebook = new FakeNotebook('n1', 'lab/a.ipynb');
    const { opened, activated, workspaces } = setUp(notebook);
    await notebook.show();
    expect(workspaces.current?.server.workspace).toBe('w1');
    expect(opened).toHaveBeenCalledWith(
      expect.objectContaining({
        dataset: 'cells',
        workspace: 'w1',
        ref: 'n1',
        mode: 'split-right',
        activate: false
      })
    );
    expect(activated).toEqual(['n1']);
  });

  it('does not take the keyboard from another notebook', async () => {
    const current = new FakeNotebook('n1', 'lab/a.ipynb');
    const notebook = new FakeNotebook('n2', 'lab/b.ipynb');
    const { opened, activated } = setUp(current, notebook);
    await notebook.show();
    expect(opened).toHaveBeenCalledWith(expect.objectContaining({ ref: 'n2' }));
    expect(activated).toEqual([]);
  });

  it('asks for the same version in kernel and server', async () => {
    const warning = jest.spyOn(Notification, 'warning').mockReturnValue('id');
    const notebook = new FakeNotebook('n1', 'lab/a.ipynb');
    setUp(notebook);
    await notebook.show();
    expect(warning).not.toHaveBeenCalled();
    await notebook.show('w1', '0.9');
    expect(warning).toHaveBeenCalledWith(
      expect.stringContaining('visionlens-jlab 0.9, the Jupyter server 1.0')
    );
  });

  it('tells when the server cannot be asked', async () => {
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    const notebook = new FakeNotebook('n1', 'lab/a.ipynb');
    const { about } = setUp(notebook);
    about.mockRejectedValue(new Error('no answer'));
    await notebook.show();
    expect(error).toHaveBeenCalledWith('no answer', expect.anything());
  });

  it('writes the view into the linked notebook, not the current one', async () => {
    const current = new FakeNotebook('n1', 'lab/a.ipynb');
    const linked = new FakeNotebook('n2', 'lab/b.ipynb', [
      'import visionlens_jlab as vl',
      '1 + 1'
    ]);
    const { links, workspaces, activated } = setUp(current, linked);
    await linked.show();
    const model = workspaces.current!;
    model.setFilter(compare('sample_id', 3) ?? null);
    expect(await links.insertCell(model)).toBe(true);
    expect(linked.sources).toEqual([
      'import visionlens_jlab as vl',
      '1 + 1',
      'view = vl.open("Cells").view("a predicate")'
    ]);
    expect(current.sources).toEqual(['']);
    expect(activated).toEqual(['n2']);
  });

  it('writes it into the current one where none is linked, with the import', async () => {
    const current = new FakeNotebook('n1', 'lab/a.ipynb');
    const { links, workspaces } = setUp(current);
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    expect(await links.insertCell(model)).toBe(true);
    expect(current.sources[1]).toBe(
      'import visionlens_jlab as vl\n\nview = vl.open("Cells").view()'
    );
  });

  it('says that there is no notebook', async () => {
    const { links, workspaces } = setUp();
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    expect(await links.insertCell(model)).toBe(false);
  });

  it('shows in the status bar which notebook is linked, and leads there', async () => {
    const notebook = new FakeNotebook('n1', 'lab/a.ipynb');
    const { links, activated } = setUp(notebook);
    const registerStatusItem = jest.fn();
    links.showStatus({ registerStatusItem } as never);
    const { item, isActive, activeStateChanged } =
      registerStatusItem.mock.calls[0][1];
    const changed = jest.fn();
    activeStateChanged.connect(changed);
    expect(isActive()).toBe(false);
    await notebook.show();
    expect(changed).toHaveBeenCalled();
    expect(isActive()).toBe(true);
    Widget.attach(item, document.body);
    await settle();
    expect(item.node).toHaveTextContent('a.ipynb');
    activated.length = 0;
    item.node.click();
    expect(activated).toEqual(['n1']);
    Widget.detach(item);
  });
});

describe('the plugin of notebooks', () => {
  it('follows those that are open and those that come, and inserts a cell', async () => {
    const known = new FakeNotebook('n1', 'lab/a.ipynb');
    const later = new FakeNotebook('n2', 'lab/b.ipynb');
    const { app, core, workspaces, tracker, commands } = setUp(known);
    notebooksPlugin.activate(
      app,
      ...([core, workspaces, tracker, null] as never[])
    );
    tracker.widgetAdded.emit(later.panel);
    await settle();
    const open = jest.spyOn(workspaces, 'open');
    await later.show();
    expect(open).toHaveBeenCalledWith(
      expect.objectContaining({ dataset: 'cells', workspace: 'w1' })
    );
    await commands.execute(CommandIDs.insertCell);
    expect(known.sources[1]).toContain('vl.open("Cells")');
  });

  it('tells when a cell cannot be written', async () => {
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    const notebook = new FakeNotebook('n1', 'lab/a.ipynb');
    const { app, core, workspaces, tracker, commands } = setUp(notebook);
    notebooksPlugin.activate(
      app,
      ...([core, workspaces, tracker, null] as never[])
    );
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    jest.spyOn(model, 'flush').mockRejectedValue(new Error('no answer'));
    await commands.execute(CommandIDs.insertCell);
    expect(error).toHaveBeenCalledWith('no answer', expect.anything());
    expect(notebook.sources).toEqual(['']);
  });
});
