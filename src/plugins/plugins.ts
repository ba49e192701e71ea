/** What the capability does; loaded when something of it is first used. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import { VisionLensError } from '../core/client/errors';
import type { IJob } from '../core/client/types';
import { meant } from '../core/plugins/commands/commandTarget';
import type { ICore } from '../core/plugins/core';
import type { PanelFactory } from '../core/plugins/panels/workspacePanel';
import type { IWorkspaceModel } from '../core/workspace/types';
import { createPluginsPanel } from '.';
import { PluginsClient } from './client';
import { Entries } from './entries';
import { InstalledPlugins } from './installed';
import { PluginPanel } from './pluginPanel';
import { notifyDone, showResult } from './result';
import type { IScope } from './scope';

export interface IRunArgs {
  readonly plugin: string;
  readonly operator: string;
  /** From a context menu: what it was opened on is meant. */
  readonly here?: boolean;
}

export class Plugins {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _palette: ICommandPalette | null
  ) {
    _core.addPart('plugins', async transport => new PluginsClient(transport));
    this._installed = new InstalledPlugins(_core.client.plugins);
  }

  createPanel(): Widget {
    return createPluginsPanel(this._installed, this._core);
  }

  /** A panel of a plugin; `part`: plugin/panel. */
  readonly createPluginPanel: PanelFactory = (model, context, part) =>
    new PluginPanel(model, context, part);

  /** Keep menus and palette as the plugins are. */
  async follow(): Promise<void> {
    await this._app.restored;
    new Entries(this._app, this._core, this._installed, this._palette).follow();
  }

  notifyDone(job: IJob): Promise<void> {
    return notifyDone(job, this._core);
  }

  showResult(job: IJob): Promise<void> {
    return showResult(job, this._core);
  }

  /** Ask for the arguments of an operator or a measure, and run it. */
  async run(
    model: IWorkspaceModel,
    { plugin, operator, here }: IRunArgs
  ): Promise<void> {
    const { trans } = this._core;
    const tile = here
      ? this._app.contextMenuHitTest(node => node.matches('.vl-tile'))
      : undefined;
    const [{ openOperator }] = await Promise.all([
      import('./operatorDialog'),
      this._installed.refresh() // its form may be another since the menu was made
    ]);
    const entry = this._installed.find(plugin, operator);
    if (!entry) {
      throw new VisionLensError({
        code: 'PLUGIN_NOT_FOUND',
        message: trans.__('%1 is no longer there, or switched off.', plugin),
        hint: trans.__('The panel Plugins says what became of it.'),
        details: {},
        request_id: null
      });
    }
    await openOperator(this._core, model, entry, scopeOf(model, tile));
  }

  private readonly _installed: InstalledPlugins;
}

function scopeOf(
  model: IWorkspaceModel,
  tile: HTMLElement | undefined
): IScope {
  const state = model.store.getState();
  const { level, ids } = state.selection;
  if (tile) {
    const chosen = meant(model, tile)!;
    return { chosen, pointed: !ids.has(chosen.ids[0]), state };
  }
  const chosen = ids.size > 0 ? { level, ids: [...ids] } : undefined;
  return { chosen, pointed: false, state };
}
