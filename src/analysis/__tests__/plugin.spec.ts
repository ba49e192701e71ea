import { Panel, Widget } from '@lumino/widgets';
import type { IGoals } from '../goals';
import { CommandIDs } from '../../core/tokens';
import { analystPlugin } from '../plugin';
import { fakeApp } from '../../core/plugins/__tests__/fakeApp';

let received: IGoals | null = null;
jest.mock('..', () => ({
  createAnalystPanel: (_: unknown, __: unknown, goals: IGoals) => {
    const { Widget } = jest.requireActual('@lumino/widgets');
    received = goals;
    return new Widget();
  }
}));

const settle = () => new Promise(resolve => setTimeout(resolve, 50));

describe('the analyst', () => {
  it('waits at the right, and is given goals when it is loaded', async () => {
    const { app, core, workspaces, commands, added, activated } = fakeApp();
    void analystPlugin.activate(app, ...([core, workspaces, null] as never[]));
    const [{ area, widget }] = added;
    expect(area).toBe('right');
    expect(received).toBeNull();
    expect(commands.isEnabled(CommandIDs.analyse)).toBe(false);
    await workspaces.open({ dataset: 'cells' });
    expect(commands.isEnabled(CommandIDs.analyse)).toBe(true);

    await commands.execute(CommandIDs.showAnalyst, { evaluation: 'run-a' });
    expect(activated).toEqual([widget.id]);
    const parent = new Panel();
    parent.addWidget(widget);
    Widget.attach(parent, document.body);
    await settle();
    expect(received!.take()).toEqual({ evaluation: 'run-a', run: false });
    expect(received!.take()).toBeNull();

    const listener = jest.fn();
    received!.changed.connect(listener);
    const node = document.createElement('div');
    node.dataset.shown = 'run-b';
    Object.assign(app, {
      contextMenuHitTest: (test: (node: HTMLElement) => boolean) =>
        test(node) ? node : undefined
    });
    await commands.execute(CommandIDs.analyse, { here: true });
    expect(listener).toHaveBeenCalledTimes(1);
    expect(received!.take()).toEqual({ evaluation: 'run-b', run: true });
  });
});
