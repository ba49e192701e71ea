/** REST: plugins. */
import type { components } from '../core/client/schema';
import { path, type Transport } from '../core/client/transport';

import type { IPanelGiven } from './panelGiven';

type Schemas = components['schemas'];

export type IPlugin = Schemas['Plugin'];
export type IPluginList = Schemas['PluginList'];
export type IContribution = Schemas['Contribution'];
export type IOperatorRequest = Partial<Schemas['OperatorRequest']> &
  Pick<Schemas['OperatorRequest'], 'dataset' | 'plugin' | 'operator'>;

/** What one sample would get, in the result of a preview. */
export interface IChange {
  readonly sample_id: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** The `result` of a job that ran an operator or a measure. */
export interface IOperatorResult {
  /** What the plugin says. */
  readonly message: string;
  /** Samples that got tags or values. */
  readonly changed: number;
  readonly files: number;
  /** The folder in which they lie. */
  readonly output: string | null;
  /** Of a preview. */
  readonly changes?: readonly IChange[];
}

/** The part of the REST API that knows plugins; rejects with `VisionLensError`. */
export interface IPluginsClient {
  list(): Promise<IPluginList>;
  switch(plugin: string, enabled: boolean): Promise<IPlugin>;
  /** What its runs printed last. */
  log(plugin: string): Promise<string>;
  /** What a route of the REST API answers; POST where there is a body. */
  json(
    resource: string,
    body?: unknown,
    signal?: AbortSignal
  ): Promise<unknown>;
  /** Load the module of a panel. */
  panelModule(plugin: string, panel: string): Promise<IPanelModule>;
}

/** What the JavaScript module of a panel exports. */
export interface IPanelModule {
  readonly activate: (given: IPanelGiven) => unknown;
}

declare module '../core/client/context' {
  interface IClientParts {
    /** Plugins. */
    readonly plugins: IPluginsClient;
  }
}

export class PluginsClient implements IPluginsClient {
  constructor(private readonly _transport: Transport) {}

  list(): Promise<IPluginList> {
    return this._transport.json('plugins');
  }

  switch(plugin: string, enabled: boolean): Promise<IPlugin> {
    return this._transport.json(path('plugins', plugin), {
      method: 'PATCH',
      body: { enabled }
    });
  }

  json(
    resource: string,
    body?: unknown,
    signal?: AbortSignal
  ): Promise<unknown> {
    const method = body === undefined ? 'GET' : 'POST';
    return this._transport.json(resource, { method, body, signal });
  }

  async panelModule(plugin: string, panel: string): Promise<IPanelModule> {
    const resource = path('plugins', plugin, 'panels', panel);
    // Asked for once beside the import, which tells nothing of what is wrong.
    await this._transport.request(resource);
    const address = this._transport.url(resource, { v: `${Date.now()}` });
    return import(/* webpackIgnore: true */ address);
  }

  async log(plugin: string): Promise<string> {
    const answer = await this._transport.json<{ text: string }>(
      path('plugins', plugin, 'log')
    );
    return answer.text;
  }
}
