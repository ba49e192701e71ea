/** Tagging what is selected. */
import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IWorkspaceModel } from '../../workspace/types';

/** Tag the selection; without a tag the user is asked. */
export async function tagSelection(
  model: IWorkspaceModel,
  trans: TranslationBundle,
  tag?: string
): Promise<void> {
  const { detail } = model.store.getState();
  const known = (detail?.tags ?? []).flatMap(({ name }) => name ?? []);
  const answer =
    tag ??
    (
      await InputDialog.getItem({
        title: trans.__('Tag the selection'),
        label: trans.__('Tag'),
        items: known,
        editable: true
      })
    ).value;
  if (answer?.trim()) {
    await model.tag(answer.trim());
  }
}
