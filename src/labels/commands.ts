/** What the commands that change labels do; loaded with the first of them. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Changes } from './changes';
import { meant } from '../core/plugins/commands/commandTarget';
import type { IExamples } from '../core/plugins/commands/commandTarget';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { ICore } from '../core/plugins/core';
import '../core/plugins/panels/panelStyles';

export interface ILabelArgs extends Partial<IExamples> {
  /** From a context menu: what it was opened on is meant. */
  readonly here?: boolean;
  /** The class; without it the user is asked. */
  readonly name?: string;
}

/** Elements that show what labels belong to. */
const SHOWING = '.vl-tile, .vl-annotations tr[data-id], .vl-viewer';

/** Changes of labels in one workspace. */
export class LabelCommands {
  constructor(
    private readonly _app: JupyterFrontEnd,
    core: ICore,
    private readonly _model: IWorkspaceModel
  ) {
    this.changes = new Changes(_model, core.client, core.trans);
  }

  readonly changes: Changes;

  async relabel(args: ILabelArgs): Promise<void> {
    await this.changes.relabel(this._chosen(args), args.name);
  }

  async remove(args: ILabelArgs): Promise<void> {
    await this.changes.remove(this._chosen(args));
  }

  /** What was pointed at or is selected; undefined: the whole view. */
  private _chosen({ ids, level, here }: ILabelArgs): IExamples | undefined {
    if (ids && level) {
      return { ids, level };
    }
    if (here) {
      const element = this._app.contextMenuHitTest(each =>
        each.matches(SHOWING)
      );
      return meant(this._model, element);
    }
    const { selection } = this._model.store.getState();
    return selection.ids.size > 0
      ? { level: selection.level, ids: [...selection.ids] }
      : undefined;
  }
}
