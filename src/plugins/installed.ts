/** The plugins that the server knows, for the panel and for the menus. */
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { createStore } from 'zustand/vanilla';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { CommandIDs } from '../core/tokens';
import type {
  IContribution,
  IPlugin,
  IPluginList,
  IPluginsClient
} from './client';

export interface IInstalled {
  /** Null until it was read once. */
  readonly list: IPluginList | null;
  /** Why it was not read the last time. */
  readonly error: IErrorBody | null;
}

/** Something that can be run, with the plugin it is of. */
export interface IEntry {
  readonly plugin: IPlugin;
  readonly contribution: IContribution;
}

export class InstalledPlugins {
  constructor(private readonly _client: IPluginsClient) {}

  readonly store = createStore<IInstalled>(() => ({ list: null, error: null }));

  /** Read them again; who reads the store is told where something is another. */
  async refresh(): Promise<void> {
    let next: IInstalled;
    try {
      next = { list: await this._client.list(), error: null };
    } catch (reason) {
      next = { list: this.store.getState().list, error: errorBody(reason) };
    }
    if (JSON.stringify(next) !== JSON.stringify(this.store.getState())) {
      this.store.setState(next);
    }
  }

  /** Read them again and again while the page is seen, and `wanted`; the answer ends it. */
  watch(milliseconds: number, wanted = (): boolean => true): () => void {
    void this.refresh();
    const timer = setInterval(() => {
      if (!document.hidden && wanted()) {
        void this.refresh();
      }
    }, milliseconds);
    return () => clearInterval(timer);
  }

  /** Switch one; rejects with a `VisionLensError`. */
  async switch(plugin: string, enabled: boolean): Promise<void> {
    await this._client.switch(plugin, enabled);
    await this.refresh();
  }

  log(plugin: string): Promise<string> {
    return this._client.log(plugin);
  }

  find(plugin: string, contribution: string): IEntry | undefined {
    return entriesOf(this.store.getState().list).find(
      each =>
        each.plugin.name === plugin && each.contribution.id === contribution
    );
  }
}

/** Kinds that have an entry in menus. */
const ENTRIES: readonly IContribution['kind'][] = [
  'operator',
  'measure',
  'panel'
];

/** Command and arguments that an entry stands for. */
export function commandOf(
  { plugin, contribution }: IEntry,
  here = false
): { readonly command: string; readonly args: ReadonlyJSONObject } {
  const { id, kind, title } = contribution;
  return kind === 'panel'
    ? {
        command: CommandIDs.openPluginPanel,
        args: { part: `${plugin.name}/${id}`, title }
      }
    : {
        command: CommandIDs.runPlugin,
        args: { plugin: plugin.name, operator: id, title: `${title}…`, here }
      };
}

/** What of those that are switched on can be run on samples or opened, by title. */
export function entriesOf(list: IPluginList | null): IEntry[] {
  return (list?.plugins ?? [])
    .filter(({ state }) => state === 'on')
    .flatMap(plugin =>
      plugin.contributions
        .filter(({ kind }) => ENTRIES.includes(kind))
        .map(contribution => ({ plugin, contribution }))
    )
    .sort((a, b) => a.contribution.title.localeCompare(b.contribution.title));
}
