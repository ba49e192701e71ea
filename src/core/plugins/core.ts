/** The services every plugin of the project works with. */
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
// What other plugins require has to be there at once.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { addPart, createClient } from '../client/client';
import type { IClientParts, IPanelContext } from '../client/context';
import type { Transport } from '../client/transport';
import { type IServerEvents, ServerEvents } from '../client/events';
import { type IJobs, JobTracker } from '../jobs/tracker';
import { IWorkspaces, NAMESPACE, PLUGIN_ID } from '../tokens';
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { Workspaces } from '../workspace/registry';
import { Settings } from './settings';
import { Slots } from './panels/slots';

/** Server connection, events, jobs, settings and strings. */
export interface ICore extends IPanelContext {
  readonly events: IServerEvents;
  readonly jobs: IJobs;
  /** Adds a capability's part of the client; its code is loaded with its first request. */
  readonly addPart: <Name extends keyof IClientParts>(
    name: Name,
    load: (transport: Transport) => Promise<IClientParts[Name]>
  ) => void;
  /** Lists commands in the palette, if there is one. */
  readonly offer: (...commands: string[]) => void;
}

export const ICore = new Token<ICore>(
  'visionlens-jlab:ICore',
  'The connection of VisionLens to its server, its settings and jobs.'
);

/** Its id is that of the settings schema. */
export const corePlugin: JupyterFrontEndPlugin<ICore> = {
  id: PLUGIN_ID,
  description: 'Connects VisionLens to its server and keeps its settings.',
  provides: ICore,
  optional: [ISettingRegistry, ITranslator, ICommandPalette],
  autoStart: true,
  activate: (
    app: JupyterFrontEnd,
    registry: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): ICore => {
    const client = createClient(app.serviceManager.serverSettings);
    const events = new ServerEvents(app.serviceManager.events.stream);
    const settings = new Settings();
    registry?.load(PLUGIN_ID).then(
      stored => settings.connect(stored),
      reason => console.warn('VisionLens: its settings did not load', reason)
    );
    const jobs = new JobTracker(client, events);
    const trans = (translator ?? nullTranslator).load(NAMESPACE);
    const category = trans.__('VisionLens');
    return {
      client,
      events,
      settings,
      jobs,
      addPart: (name, load) => addPart(client, name, load),
      offer: (...ids) =>
        ids.forEach(command => palette?.addItem({ command, category })),
      trans,
      commands: app.commands,
      slots: new Slots()
    };
  }
};

export const workspacesPlugin: JupyterFrontEndPlugin<IWorkspaces> = {
  id: 'visionlens-jlab:workspaces',
  description: 'Provides the open VisionLens workspaces.',
  requires: [ICore],
  provides: IWorkspaces,
  autoStart: true,
  activate: (_: JupyterFrontEnd, core: ICore): IWorkspaces =>
    new Workspaces(core.client, core.events)
};
