/** REST: plugins. */
import type { components } from '../core/client/schema';
import { path, type Transport } from '../core/client/transport';

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

  async log(plugin: string): Promise<string> {
    const answer = await this._transport.json<{ text: string }>(
      path('plugins', plugin, 'log')
    );
    return answer.text;
  }
}
