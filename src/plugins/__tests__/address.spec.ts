import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import { CommandIDs } from '../../tokens';
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

function visit(address: string, treePath = '') {
  window.history.replaceState(null, '', address);
  PageConfig.setOption('treePath', treePath);
  const { app, commands, activated } = fakeApp();
  const opened = jest.fn();
  commands.addCommand(CommandIDs.open, { execute: opened });
  const notebooks = new FakeNotebooks();
  const start = () => addressPlugin.activate(app, notebooks as never);
  return { opened, notebooks, activated, start };
}

describe('the address of the page', () => {
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
