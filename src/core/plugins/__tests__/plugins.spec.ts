import '@testing-library/jest-dom';
import { waitFor } from '@testing-library/react';
import { Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import plugins from '../../..';
import { job } from '../../jobs/__tests__/fakes';
import { CommandIDs, PLUGIN_ID } from '../../tokens';
import { compare } from '../../workspace/__tests__/fakeServer';
import { actionsPlugin } from '../commands/actions';
import { jobsPlugin } from '../jobs';
import { notebooksPlugin } from '../notebooks/notebooks';
import { panelsPlugin } from '../panels/panels';
import { sidebarPlugin } from '../sidebar';
import { fakeApp } from './fakeApp';

const mockContent = (name: string) => {
  const { Widget } = jest.requireActual('@lumino/widgets');
  const widget = new Widget();
  widget.addClass(`fake-${name}`);
  return widget;
};
jest.mock('../../grid', () => ({ createGridPanel: () => mockContent('grid') }));
jest.mock('../../sample', () => ({
  createSamplePanel: () => mockContent('sample')
}));
jest.mock('../../filters', () => ({
  createFiltersPanel: () => mockContent('filters')
}));
jest.mock('../../datasets', () => ({
  createDatasetsPanel: () => mockContent('datasets')
}));

const settle = () => new Promise(resolve => setTimeout(resolve, 50));

function show(widget: Widget): void {
  const parent = new Panel();
  parent.addWidget(widget);
  Widget.attach(parent, document.body);
}

function setUp() {
  const fake = fakeApp();
  const activate = <T>(plugin: JupyterFrontEndPlugin<T>, ...rest: unknown[]) =>
    plugin.activate(
      fake.app,
      ...([fake.core, fake.workspaces, ...rest] as never[])
    );
  const panels = activate(panelsPlugin, null, null, null);
  activate(sidebarPlugin, panels, null);
  activate(actionsPlugin);
  return { ...fake, activate };
}

describe('the plugins', () => {
  it('have ids of this extension, the settings one among them', () => {
    const ids = plugins.map(plugin => plugin.id);
    expect(ids).toContain(PLUGIN_ID);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(id => id.startsWith('visionlens-jlab:'))).toBe(true);
  });
});

describe('the sidebar', () => {
  it('loads a panel when it is shown', async () => {
    const { added, commands, activated } = setUp();
    expect(added.map(({ area }) => area)).toEqual(['left', 'left']);
    const [datasets, filters] = added.map(({ widget }) => widget);
    show(datasets);
    await settle();
    expect(datasets.node.querySelector('.fake-datasets')).not.toBeNull();
    expect(filters.node.querySelector('.fake-filters')).toBeNull();
    await commands.execute(CommandIDs.showFilters);
    await commands.execute(CommandIDs.ingest);
    expect(activated).toEqual([filters.id, datasets.id]);
  });
});

describe('the panels', () => {
  async function open() {
    const fake = setUp();
    await fake.commands.execute(CommandIDs.open, { dataset: 'cells' });
    const [, , { widget: grid }] = fake.added;
    show(grid);
    await settle();
    return { ...fake, grid };
  }

  it('open a dataset with its filters', async () => {
    const { grid, workspaces, activated } = await open();
    expect(grid.id).toBe('visionlens-grid-new-1');
    expect(grid.node.querySelector('.fake-grid')).not.toBeNull();
    expect(grid.title.label).toBe('Grid — Cells');
    expect(workspaces.current?.server.workspace).toBe('new-1');
    expect(activated).toEqual(['visionlens-filters-sidebar']);
  });

  it('open once for a workspace, the sample beside its grid', async () => {
    const { commands, added, activated, grid } = await open();
    await commands.execute(CommandIDs.openGrid);
    expect(activated).toContain(grid.id);
    await commands.execute(CommandIDs.openSample);
    expect(added).toHaveLength(4);
    expect(added[3].widget.id).toBe('visionlens-sample-new-1');
    expect(added[3].options).toMatchObject({ ref: grid.id, activate: true });
  });

  it('show a restored grid of the dataset again', async () => {
    const { commands, added, server } = setUp();
    await commands.execute(CommandIDs.openGrid, {
      dataset: 'cells',
      workspace: 'w1',
      activate: false
    });
    await commands.execute(CommandIDs.open, { dataset: 'cells' });
    expect(added).toHaveLength(3);
    expect(server.created).toBe(0);
  });

  it('do not disturb when told so', async () => {
    const { commands, activated } = await open();
    activated.length = 0;
    await commands.execute(CommandIDs.openGrid, { activate: false });
    expect(activated).toEqual([]);
  });

  it('close their workspace with the last of them', async () => {
    const { commands, workspaces, added, grid } = await open();
    await commands.execute(CommandIDs.openSample);
    grid.close();
    expect(workspaces.current).not.toBeNull();
    added[3].widget.close();
    expect(workspaces.current).toBeNull();
    await commands.execute(CommandIDs.open, { dataset: 'cells' });
    expect(added).toHaveLength(5);
  });

  it('restore without waiting, and take the workspace the server gives', async () => {
    const { commands, added, workspaces } = await open();
    await commands.execute(CommandIDs.openGrid, {
      dataset: 'cells',
      workspace: 'forgotten',
      activate: false
    });
    const { widget } = added[3];
    expect(workspaces.get('forgotten')).toBeUndefined();
    show(widget);
    await settle();
    expect((widget as unknown as { workspace: string }).workspace).toBe(
      'new-2'
    );
  });

  it('show the datasets when there is nothing to open', async () => {
    const fake = setUp();
    await fake.commands.execute(CommandIDs.openGrid);
    await fake.commands.execute(CommandIDs.open);
    expect(fake.activated).toEqual([
      'visionlens-datasets',
      'visionlens-datasets'
    ]);
    expect(fake.added).toHaveLength(2);
  });
});

describe('the actions', () => {
  it('are enabled when they would do something', async () => {
    const { commands, workspaces, server } = setUp();
    const enabled = () =>
      [
        CommandIDs.selectAll,
        CommandIDs.clearSelection,
        CommandIDs.clearFilters,
        CommandIDs.undo,
        CommandIDs.redo,
        CommandIDs.tag
      ].filter(id => commands.isEnabled(id));
    expect(enabled()).toEqual([]);
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    await model.flush();
    expect(enabled()).toEqual([CommandIDs.selectAll]);
    expect(commands.isToggled(CommandIDs.levelSamples)).toBe(true);
    model.setFilter(compare('sample_id', 3) ?? null);
    await model.flush();
    await commands.execute(CommandIDs.selectAll);
    expect(enabled()).toEqual([
      CommandIDs.selectAll,
      CommandIDs.clearSelection,
      CommandIDs.clearFilters,
      CommandIDs.undo,
      CommandIDs.tag
    ]);
    await commands.execute(CommandIDs.tag, { tag: ' review ' });
    expect(server.tags).toMatchObject([{ tag: 'review', ids: [0, 1, 2] }]);
    await commands.execute(CommandIDs.undo);
    expect(model.store.getState().view.filter).toBeNull();
    await commands.execute(CommandIDs.redo);
    await commands.execute(CommandIDs.clearFilters);
    await commands.execute(CommandIDs.clearSelection);
    await commands.execute(CommandIDs.levelAnnotations);
    await commands.execute(CommandIDs.refresh);
    expect(model.store.getState()).toMatchObject({
      view: { filter: null, level: 'annotations' },
      selection: { ids: new Set() }
    });
  });

  it('tell when they fail', async () => {
    const { commands, workspaces } = setUp();
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    jest.spyOn(model, 'refresh').mockRejectedValue(new Error('no luck'));
    await commands.execute(CommandIDs.refresh);
    expect(error).toHaveBeenCalledWith('no luck', expect.anything());
  });
});

describe('jobs', () => {
  it('have one panel below', async () => {
    const { app, core, commands, added } = setUp();
    const registerStatusItem = jest.fn();
    jobsPlugin.activate(app, ...([core, { registerStatusItem }] as never[]));
    await commands.execute(CommandIDs.showJobs);
    await commands.execute(CommandIDs.showJobs);
    expect(added.filter(({ area }) => area === 'down')).toHaveLength(1);
    added[2].widget.dispose();
    await commands.execute(CommandIDs.showJobs);
    expect(added.filter(({ area }) => area === 'down')).toHaveLength(2);
    expect(registerStatusItem).not.toHaveBeenCalled();
  });

  it('are told of while they run, and when they end unseen', async () => {
    const { app, core, events } = setUp();
    const registerStatusItem = jest.fn();
    const emit = jest.spyOn(Notification, 'emit').mockReturnValue('id');
    jobsPlugin.activate(app, ...([core, { registerStatusItem }] as never[]));
    await settle();
    events.job.emit(job());
    events.job.emit(job({ done: 1 }));
    await settle();
    expect(registerStatusItem).toHaveBeenCalledTimes(1);
    const { item, isActive } = registerStatusItem.mock.calls[0][1];
    expect(isActive()).toBe(true);
    Widget.attach(item, document.body);
    await settle();
    expect(item.node).toHaveTextContent('Ingest of street');
    events.job.emit(job({ state: 'done' }));
    await settle();
    expect(isActive()).toBe(false);
    await waitFor(() =>
      expect(emit).toHaveBeenCalledWith(
        'Ingest of street: done.',
        'success',
        expect.anything()
      )
    );
  });
});

describe('notebooks', () => {
  it('without one, inserting a cell says so', async () => {
    const { activate, commands, workspaces } = setUp();
    const tracker = {
      forEach: () => undefined,
      find: () => undefined,
      currentWidget: null,
      widgetAdded: new Signal<unknown, unknown>({})
    };
    const registerStatusItem = jest.fn();
    activate(notebooksPlugin, tracker, { registerStatusItem });
    expect(commands.isEnabled(CommandIDs.insertCell)).toBe(false);
    await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    const info = jest.spyOn(Notification, 'info').mockReturnValue('id');
    await commands.execute(CommandIDs.insertCell);
    expect(info).toHaveBeenCalledWith(
      expect.stringContaining('Open a notebook first')
    );
    const { isActive, item } = registerStatusItem.mock.calls[0][1];
    expect(isActive()).toBe(true);
    Widget.attach(item, document.body);
    await settle();
    expect(item.node).toHaveTextContent('Cells');
  });
});
