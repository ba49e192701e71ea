import '@testing-library/jest-dom';
import { MenuBar } from '@lumino/widgets';
import { RankedMenu } from '@jupyterlab/ui-components';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import * as React from 'react';
import { fakeContext } from '../../core/components/__tests__/fakes';
import { fakeApp } from '../../core/plugins/__tests__/fakeApp';
import { Entries } from '../entries';
import { entriesOf, InstalledPlugins } from '../installed';
import { PluginsPanel } from '../PluginsPanel';
import { contribution, list, plugin } from './fakes';

function installed(...answers: ReturnType<typeof list>[]) {
  const client = {
    list: jest.fn(),
    switch: jest.fn().mockResolvedValue(plugin()),
    log: jest.fn().mockResolvedValue('printed'),
    json: jest.fn(),
    panelModule: jest.fn()
  };
  answers.forEach(each => client.list.mockResolvedValueOnce(each));
  client.list.mockResolvedValue(answers[answers.length - 1]);
  return { client, state: new InstalledPlugins(client) };
}

describe('installed plugins', () => {
  it('offers what runs of those that are switched on, by title', () => {
    const found = entriesOf(
      list(
        plugin({
          contributions: [
            contribution({ title: 'B' }),
            contribution({ id: 'a', kind: 'measure', title: 'A' }),
            contribution({ kind: 'format' as never })
          ]
        }),
        plugin({ name: 'off', state: 'off' }),
        plugin({ name: 'broken', state: 'broken' })
      )
    );
    expect(found.map(each => each.contribution.title)).toEqual(['A', 'B']);
  });

  it('tells of changes alone, and keeps the list where the server is away', async () => {
    const { client, state } = installed(list(plugin()));
    const told = jest.fn();
    state.store.subscribe(told);
    await state.refresh();
    await state.refresh();
    expect(told).toHaveBeenCalledTimes(1);
    client.list.mockRejectedValue(new Error('away'));
    await state.refresh();
    expect(state.store.getState().error?.message).toBe('away');
    expect(state.find('bright', 'tag')).toBeDefined();
  });
});

describe('entries of menus', () => {
  it('come with a plugin and go when it is switched off', async () => {
    const { app, core, commands } = fakeApp();
    const menu = new RankedMenu({ commands });
    menu.id = 'jp-mainmenu-visionlens';
    const bar = new MenuBar();
    bar.addMenu(menu);
    const context: unknown[] = [];
    const removed = jest.fn();
    Object.assign(app, {
      contextMenu: {
        addItem: (item: unknown) => {
          context.push(item);
          return { dispose: removed };
        }
      }
    });
    Object.assign(app.shell, { widgets: () => [bar] });
    const addItem = jest.fn().mockReturnValue({ dispose: removed });
    const { state } = installed(
      list(),
      list(plugin()),
      list(plugin({ state: 'off' }))
    );
    new Entries(app, core, state, { addItem } as never).follow();
    await state.refresh();
    const [item] = menu.items;
    expect(item.submenu!.items.map(each => each.args)).toEqual([
      {
        plugin: 'bright',
        operator: 'tag',
        title: 'Tag bright images…',
        here: false
      }
    ]);
    expect(context).toHaveLength(1);
    expect(addItem).toHaveBeenCalledTimes(1);
    await state.refresh();
    expect(menu.items).toHaveLength(0);
    expect(removed).toHaveBeenCalledTimes(2);
  });
});

describe('the panel of plugins', () => {
  const show = async (...plugins: ReturnType<typeof plugin>[]) => {
    const made = installed(list(...plugins));
    render(<PluginsPanel installed={made.state} context={fakeContext({})} />);
    await screen.findByText('/data/plugins');
    return made;
  };

  it('names the folder and the command to begin with where there are none', async () => {
    await show();
    expect(screen.getByText('There are no plugins.')).toBeVisible();
    expect(screen.getByText(/visionlens plugin new/)).toBeVisible();
  });

  it('says what is broken and not allowed, and switches the others', async () => {
    const { client } = await show(
      plugin(),
      plugin({ name: 'b', title: 'B', state: 'broken', reason: 'Line 3.' }),
      plugin({ name: 'c', title: 'C', state: 'not_allowed', reason: 'No.' })
    );
    expect(screen.getByText('Line 3.')).toBeVisible();
    expect(screen.getByRole('switch', { name: 'B is on' })).toBeDisabled();
    expect(screen.getByRole('switch', { name: 'C is on' })).toBeDisabled();
    fireEvent.click(screen.getByRole('switch', { name: 'Bright is on' }));
    await waitFor(() =>
      expect(client.switch).toHaveBeenCalledWith('bright', false)
    );
  });

  it('shows why a switch failed', async () => {
    const { client } = await show(plugin());
    client.switch.mockRejectedValue(new Error('The disk is full.'));
    fireEvent.click(screen.getByRole('switch'));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The disk is full.'
    );
  });

  it('reads the log when it is opened', async () => {
    const { client } = await show(plugin({ log: true }));
    expect(client.log).not.toHaveBeenCalled();
    const details = screen.getByText('Log').parentElement as HTMLDetailsElement;
    details.open = true;
    fireEvent(details, new Event('toggle'));
    expect(await screen.findByText('printed')).toBeVisible();
  });
});
