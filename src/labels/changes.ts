/** Changes of many labels at once, and taking them back; what was done is said with a way back. */
import {
  Dialog,
  InputDialog,
  Notification,
  showDialog
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IClient } from '../core/client/context';
import type { IEditDone, IBulk, IViewSpec } from '../core/client/types';
import { errorBody } from '../core/client/errors';
import { formatCount } from '../core/components/format';
import type { IExamples } from '../core/plugins/commands/commandTarget';
import type { IWorkspaceModel } from '../core/workspace/types';
import { conjunction, conjuncts } from '../core/filters/tree';

const SHOWN_MS = 8000;

/** What was said last: its way back is no longer one once something else was changed. */
let said: string | null = null;

/** Changes labels of one workspace's dataset. */
export class Changes {
  constructor(
    private readonly _model: IWorkspaceModel,
    private readonly _client: Pick<IClient, 'labels'>,
    private readonly _trans: TranslationBundle
  ) {}

  /** Give annotations another class; without `to` the user is asked. */
  async relabel(chosen: IExamples | undefined, to?: string): Promise<void> {
    const { detail, shown } = this._model.store.getState();
    const name =
      to ??
      (
        await InputDialog.getItem({
          title: this._trans.__('Relabel %1', this._said(chosen)),
          label: this._trans.__('Class'),
          items: (detail?.class_list ?? []).map(entry => entry.name),
          editable: true
        })
      ).value;
    if (name?.trim()) {
      const target = annotationsOf(shown, chosen);
      await this._change({ ...target, relabel: name.trim() });
    }
  }

  /** Delete annotations; all of a view are asked for once more. */
  async remove(chosen: IExamples | undefined): Promise<void> {
    const { shown } = this._model.store.getState();
    if (chosen === undefined) {
      const answer = await showDialog({
        title: this._trans.__('Delete %1?', this._said(chosen)),
        body: this._trans.__('Undo Label Change brings them back.'),
        buttons: [
          Dialog.cancelButton(),
          Dialog.warnButton({ label: this._trans.__('Delete') })
        ]
      });
      if (!answer.button.accept) {
        return;
      }
    }
    await this._change({ ...annotationsOf(shown, chosen), delete: true });
  }

  async undo(): Promise<void> {
    await this._step('undo');
  }

  async redo(): Promise<void> {
    await this._step('redo');
  }

  private async _change(
    request: Parameters<IClient['labels']['edit']>[1]
  ): Promise<void> {
    const { dataset } = this._model.store.getState();
    const done = await this._client.labels.edit(dataset, request);
    await this._model.refresh();
    this._tell(done.description, done, 'undo');
  }

  private async _step(step: 'undo' | 'redo'): Promise<void> {
    const { dataset } = this._model.store.getState();
    const done = await this._client.labels[step](dataset);
    await this._model.refresh();
    const message =
      step === 'undo'
        ? this._trans.__('Undone: %1', done.description)
        : this._trans.__('Done again: %1', done.description);
    this._tell(message, done, step === 'undo' ? 'redo' : 'undo');
  }

  private _tell(message: string, done: IEditDone, back: 'undo' | 'redo'): void {
    const possible = back === 'undo' ? done.can_undo : done.can_redo;
    const label =
      back === 'undo' ? this._trans.__('Undo') : this._trans.__('Redo');
    if (said !== null) {
      Notification.dismiss(said);
    }
    said = Notification.success(message, {
      autoClose: SHOWN_MS,
      actions:
        possible && done.changed > 0
          ? [{ label, callback: () => this._back(back) }]
          : []
    });
  }

  private _back(step: 'undo' | 'redo'): void {
    this._step(step).catch(reason => {
      const { message, hint } = errorBody(reason);
      Notification.error(`${message} ${hint}`.trim(), { autoClose: SHOWN_MS });
    });
  }

  /** What is meant, in words. */
  private _said(chosen: IExamples | undefined): string {
    const { ids, shown } = this._model.store.getState();
    const count = formatCount(
      chosen === undefined ? ids.length : chosen.ids.length
    );
    const level = chosen === undefined ? shown.level : chosen.level;
    if (level === 'annotations') {
      return chosen === undefined
        ? this._trans.__('all %1 annotations in view', count)
        : this._trans.__('%1 annotations', count);
    }
    return chosen === undefined
      ? this._trans.__('the annotations of all %1 samples in view', count)
      : this._trans.__('the annotations of %1 samples', count);
  }
}

/** The annotations that are meant; of images those that match the view's conditions. */
export function annotationsOf(
  view: IViewSpec,
  chosen: IExamples | undefined
): IBulk {
  if (chosen === undefined) {
    return { view };
  }
  if (chosen.level === 'annotations') {
    return { ids: [...chosen.ids] };
  }
  const images = conjunction([
    ...conjuncts(view.filter),
    { op: 'in', field: 'sample_id', values: [...chosen.ids] }
  ]);
  return { view: { ...view, level: 'samples', filter: images, search: null } };
}
