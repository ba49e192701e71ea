/** What the commands that search do; loaded with the first of them. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { drawSample, findSimilar } from './actions';
import { meant } from '../core/plugins/commands/commandTarget';
import type { IExamples } from '../core/plugins/commands/commandTarget';
import { CommandIDs } from '../core/tokens';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';

export interface IArgs extends Partial<IExamples> {
  /** From a context menu: what it was opened on is meant. Else Lab tells of the one before. */
  readonly here?: boolean;
  /** Look away from them. */
  readonly unlike?: boolean;
  /** Beside what is searched now. */
  readonly add?: boolean;
}

/** Elements that show what can be searched for. */
const SHOWING =
  '.vl-tile, .vl-annotations tr[data-id], .vl-duplicates-member, .vl-viewer, .vl-map-host[data-hover]';

/** Searches of one workspace. */
export class SearchCommands {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _core: ICore,
    private readonly _model: IWorkspaceModel
  ) {}

  /** Look for what is like, or unlike, what is meant. */
  async find({ ids, level, here, unlike, add }: IArgs): Promise<void> {
    const element = this._pointed(here, each => each.matches(SHOWING));
    const examples =
      ids && level ? { ids, level } : meant(this._model, element);
    if (examples) {
      const place = { model: this._model, client: this._core.client };
      const kind = unlike ? 'unlike' : 'like';
      await this._run(findSimilar(place, examples, kind, add), here);
    }
  }

  /** Draw from the view. */
  async draw(mode: 'diverse' | 'outliers', here?: boolean): Promise<void> {
    const place = { model: this._model, client: this._core.client };
    await this._run(drawSample(place, mode), here);
  }

  /** What a context menu was opened on. */
  private _pointed(
    here: boolean | undefined,
    test: (element: HTMLElement) => boolean
  ): HTMLElement | undefined {
    return here ? this._app.contextMenuHitTest(test) : undefined;
  }

  /** Wait for a search; the grid shows what it finds, unless it began there or on the map. */
  private async _run(search: Promise<void>, here?: boolean): Promise<void> {
    const panel = this._pointed(here, each => each.matches('.vl-panel'));
    try {
      await search;
      if (!panel?.matches('.vl-grid, .vl-map')) {
        const { dataset, workspace } = this._model.server;
        await this._app.commands.execute(CommandIDs.openGrid, {
          dataset,
          workspace,
          activate: false
        });
      }
    } catch (reason) {
      reportFailure(reason);
    }
  }
}
