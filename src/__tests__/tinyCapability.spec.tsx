/** A whole capability as one would add it: its plugin declares everything, and no file of the core changes. */
import '@testing-library/jest-dom';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { LabIcon } from '@jupyterlab/ui-components';
import { Panel, Widget } from '@lumino/widgets';
import { render, screen, waitFor } from '@testing-library/react';
import * as React from 'react';
import { GridPanel } from '../core/grid/GridPanel';
import { fakeModel, fakeContext } from '../core/components/__tests__/fakes';
import { job } from '../core/jobs/__tests__/fakes';
import { fakeApp } from '../core/plugins/__tests__/fakeApp';
import { ICore } from '../core/plugins/core';
import { jobsPlugin } from '../core/plugins/jobs';
import { IPanels, panelsPlugin } from '../core/plugins/panels/panels';

interface ITinyClient {
  count(dataset: string): Promise<number>;
}

declare module '../core/client/context' {
  interface IClientParts {
    readonly tiny: ITinyClient;
  }
}

const notifyDone = jest.fn().mockResolvedValue(undefined);

const tinyPlugin: JupyterFrontEndPlugin<void> = {
  id: 'tiny:plugin',
  requires: [ICore, IPanels],
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore, panels: IPanels) => {
    core.addPart('tiny', async () => ({ count: async name => name.length }));
    core.jobs.kinds.set('tiny', { showReport: notifyDone, notifyDone });
    core.slots.add('grid', async () => ({ model }) => (
      <p>tiny in {model.store.getState().dataset}</p>
    ));
    panels.add({
      kind: 'tiny',
      command: 'tiny:open',
      label: 'Open Tiny',
      caption: '',
      icon: new LabIcon({ name: 'tiny', svgstr: '<svg></svg>' }),
      title: name => `Tiny — ${name}`,
      minimumWidth: 100,
      load: async () => (model, context) => {
        const widget = new Widget();
        void context.client.tiny
          .count(model.server.dataset)
          .then(count => (widget.node.textContent = `${count} letters`));
        return widget;
      }
    });
  }
};

const settle = () => new Promise(resolve => setTimeout(resolve, 50));

function setUp() {
  const fake = fakeApp();
  const { app, core, workspaces } = fake;
  const panels = panelsPlugin.activate(
    app,
    ...([core, workspaces, null, null, null] as never[])
  ) as IPanels;
  tinyPlugin.activate(app, ...([core, panels] as never[]));
  return { ...fake, panels };
}

describe('a tiny capability', () => {
  it('has a panel that the core opens, with its part of the client', async () => {
    const { commands, offered, added, panels } = setUp();
    expect(offered).toContain('tiny:open');
    await commands.execute('tiny:open', { dataset: 'cells' });
    const [{ widget }] = added;
    const parent = new Panel();
    parent.addWidget(widget);
    Widget.attach(parent, document.body);
    await settle();
    expect(widget.title.label).toBe('Tiny — Cells');
    expect(widget.node).toHaveTextContent('5 letters');
    expect(panels.tracker('tiny').currentWidget).toBe(widget);
  });

  it('stands in a panel of the core', async () => {
    const { slots } = setUp().core;
    await slots.load('grid');
    render(
      <GridPanel
        model={fakeModel({ ids: new Uint32Array() })}
        context={{ ...fakeContext({}), slots }}
        sources={{} as never}
      />
    );
    expect(screen.getByText('tiny in blood')).toBeVisible();
  });

  it('has a kind of jobs that ends as it says', async () => {
    const { app, core, events } = setUp();
    jobsPlugin.activate(app, ...([core, null] as never[]));
    await settle();
    events.job.emit(job({ kind: 'tiny' as never }));
    events.job.emit(job({ kind: 'tiny' as never, state: 'done' }));
    await waitFor(() => expect(notifyDone).toHaveBeenCalledTimes(1));
  });
});
