import { Clipboard, Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { IClient } from '../../client/context';
import { VIEW } from '../../components/__tests__/fakes';
import { CommandIDs } from '../../tokens';
import { viewLink } from '../viewLink';
import { addressPlugin } from '../address';
import { fakeApp } from './fakeApp';

const settle = () => new Promise(resolve => setTimeout(resolve, 0));

class FakeNotebooks {
  readonly widgetAdded = new Signal<this, NotebookPanel>(this);
  panels: NotebookPanel[] = [];

  find(test: (panel: NotebookPanel) => boolean): NotebookPanel | undefined {
    return this.panels.find(test);
  }

  open(localPath: string, revealed: Promise<void> = Promise.resolve()): void {
    const panel = {
      id: localPath,
      context: { path: `RTC:${localPath}`, localPath },
      revealed
    } as unknown as NotebookPanel;
    this.panels.push(panel);
    this.widgetAdded.emit(panel);
  }
}

function visit(address: string, treePath = '', client: Partial<IClient> = {}) {
  window.history.replaceState(null, '', address);
  PageConfig.setOption('treePath', treePath);
  const { app, core, workspaces, commands, activated } = fakeApp(client);
  const routed = new Signal<unknown, unknown>({});
  const opened = jest.fn();
  commands.addCommand(CommandIDs.open, { execute: opened });
  const notebooks = new FakeNotebooks();
  const start = () =>
    addressPlugin.activate(
      app,
      ...([core, workspaces, notebooks, { routed }] as never[])
    );
  return { opened, notebooks, activated, start, commands, workspaces, routed };
}

describe('the address of the page', () => {
  beforeEach(() => jest.restoreAllMocks());

  it('opens a dataset beside the notebook when that is shown', async () => {
    const { opened, notebooks, activated, start } = visit(
      '/lab/tree/sub/a.ipynb?token=abc&visionlens=street%20demo',
      'sub/a.ipynb'
    );
    start();
    expect(window.location.search).toBe('?token=abc');
    await settle();
    notebooks.open('b.ipynb');
    const revealed = new PromiseDelegate<void>();
    notebooks.open('sub/a.ipynb', revealed.promise);
    await settle();
    expect(opened).not.toHaveBeenCalled();
    revealed.resolve();
    await settle();
    expect(opened.mock.calls).toEqual([
      [
        {
          dataset: 'street demo',
          notebook: 'sub/a.ipynb',
          ref: 'sub/a.ipynb',
          mode: 'split-right',
          activate: false
        }
      ]
    ]);
    expect(activated).toEqual(['sub/a.ipynb']);
  });

  it('finds a notebook that the layout has restored', async () => {
    const { opened, notebooks, start } = visit('/lab?visionlens=s', 'a.ipynb');
    notebooks.open('a.ipynb');
    start();
    await settle();
    expect(opened).toHaveBeenCalledWith(
      expect.objectContaining({ dataset: 's', notebook: 'a.ipynb' })
    );
  });

  it.each(['', 'work'])('opens the grid alone at %p', async treePath => {
    const { opened, activated, start } = visit('/lab?visionlens=s', treePath);
    start();
    await settle();
    expect(opened.mock.calls).toEqual([[{ dataset: 's' }]]);
    expect(activated).toEqual([]);
  });

  it('opens the map beside the grid where it is asked for', async () => {
    const { commands, start } = visit('/lab?visionlens=s&map', '');
    const map = jest.fn();
    commands.addCommand(CommandIDs.openMap, { execute: map });
    start();
    expect(window.location.search).toBe('');
    await settle();
    expect(map.mock.calls).toEqual([[{ activate: false }]]);
  });

  it('does not wait for ever for a notebook that is not there', async () => {
    jest.useFakeTimers();
    const { opened, start } = visit('/lab?visionlens=s', 'gone.ipynb');
    start();
    await jest.advanceTimersByTimeAsync(20_000);
    jest.useRealTimers();
    expect(opened.mock.calls).toEqual([[{ dataset: 's' }]]);
  });

  it('without a dataset changes nothing', async () => {
    const { opened, start } = visit('/lab/tree/a.ipynb?reset', 'a.ipynb');
    start();
    await settle();
    expect(opened).not.toHaveBeenCalled();
    expect(window.location.search).toBe('?reset');
  });

  it('opens the view of a link, also in a Lab that runs', async () => {
    const view = {
      ...VIEW,
      where: "class = 'é'",
      level: 'annotations' as const
    };
    const link = viewLink('http://localhost/', 's', view);
    const { opened, start, routed } = visit('/lab');
    start();
    window.history.replaceState(null, '', link);
    routed.emit(undefined);
    await settle();
    expect(opened.mock.calls).toEqual([[{ dataset: 's', view }]]);
    expect(window.location.search).toBe('');
  });

  it('opens a saved view, and says when it is gone', async () => {
    const view = { ...VIEW, sql: 'SELECT 1' };
    const savedViews = jest.fn().mockResolvedValue([{ name: 'dark', view }]);
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    const one = visit('/lab?visionlens=s&saved=dark', '', { savedViews });
    one.start();
    await settle();
    expect(one.opened.mock.calls).toEqual([[{ dataset: 's', view }]]);
    const other = visit('/lab?visionlens=s&saved=light', '', { savedViews });
    other.start();
    await settle();
    expect(other.opened.mock.calls).toEqual([[{ dataset: 's' }]]);
    expect(error.mock.calls[0][0]).toContain('“light”');
  });

  it.each(['%%%', 'e30x', 'WzFd', 'eyJsZXZlbCI6MX0', 'eyJ4IjoxfQ'])(
    'opens the dataset without a damaged view %p, and says so',
    async damaged => {
      const { opened, start } = visit('/lab');
      const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
      error.mockClear();
      window.history.replaceState(
        null,
        '',
        `/lab?visionlens=s&view=${encodeURIComponent(damaged)}`
      );
      start();
      await settle();
      expect(opened.mock.calls).toEqual([[{ dataset: 's' }]]);
      expect(error.mock.calls[0][0]).toContain('damaged');
    }
  );

  it('copies a link that it reads again', async () => {
    const { start, commands, workspaces, opened } = visit('/lab');
    const success = jest.spyOn(Notification, 'success').mockReturnValue('id');
    const copy = jest.spyOn(Clipboard, 'copyToSystem').mockReturnValue();
    start();
    expect(commands.isEnabled(CommandIDs.copyLink)).toBe(false);
    const model = await workspaces.open({ dataset: 'cells', workspace: 'w1' });
    model.setSort([{ field: 'area', descending: true }]);
    const link = await commands.execute(CommandIDs.copyLink);
    expect(success).toHaveBeenCalledTimes(1);
    expect(copy).toHaveBeenCalledWith(link);
    await commands.execute(CommandIDs.openLink, { link });
    await settle();
    expect(opened).toHaveBeenCalledWith({
      dataset: 'cells',
      view: model.store.getState().view
    });
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    error.mockClear();
    await commands.execute(CommandIDs.openLink, { link: 'elsewhere' });
    expect(error.mock.calls[0][0]).toContain('no link to a view');
  });

  it('says when the dataset does not open', async () => {
    const { opened, start } = visit('/lab?visionlens=s');
    const error = jest.spyOn(Notification, 'error').mockReturnValue('id');
    opened.mockRejectedValue(new Error('There is no dataset s.'));
    start();
    await settle();
    await settle();
    expect(error.mock.calls[0][0]).toContain('There is no dataset s.');
  });
});
