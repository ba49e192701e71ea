/** A JupyterFrontEnd with recorded calls, and services without a server. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import type { Widget } from '@lumino/widgets';
import { addPart } from '../../client/client';
import type { IClient } from '../../client/context';
import { fakeSettings, trans } from '../../components/__tests__/fakes';
import { fakeJobs } from '../../jobs/__tests__/fakes';
import { FakeServer } from '../../workspace/__tests__/fakeServer';
import { Workspaces } from '../../workspace/registry';
import type { ICore } from '../core';
import { Slots } from '../panels/slots';

export interface IAdded {
  widget: Widget;
  area: string;
  options: Record<string, unknown>;
}

export function fakeApp(change: Partial<IClient> = {}) {
  const commands = new CommandRegistry();
  const added: IAdded[] = [];
  const activated: string[] = [];
  const app = {
    commands,
    restored: Promise.resolve(),
    serviceManager: { serverSettings: { baseUrl: 'http://localhost/' } },
    shell: {
      add: (
        widget: Widget,
        area: string,
        options: Record<string, unknown> = {}
      ) => {
        added.push({ widget, area, options });
      },
      widgets: () => [],
      activateById: (id: string) => {
        activated.push(id);
      }
    }
  } as unknown as JupyterFrontEnd;
  const server = new FakeServer();
  const client = { ...server.client, ...change };
  const { jobs, events } = fakeJobs(client);
  const offered: string[] = [];
  const core: ICore = {
    client,
    events: server.serverEvents,
    jobs,
    commands,
    addPart: (name, load) => addPart(client, name, load),
    offer: (...ids) => void offered.push(...ids),
    trans,
    settings: fakeSettings(),
    slots: new Slots()
  };
  const workspaces = new Workspaces(client, server.serverEvents);
  const ids = () => added.map(({ widget }) => widget.id);
  return {
    app,
    core,
    workspaces,
    commands,
    server,
    events,
    added,
    activated,
    offered,
    ids
  };
}
