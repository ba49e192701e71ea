/** Searching by an image file that was dropped where no box tells how it goes. */
import { Notification } from '@jupyterlab/apputils';
import type { ICore } from '../plugins/core';
import { reportFailure } from '../plugins/failure';
import type { IWorkspaceModel } from '../workspace/types';

/** Search by an image; it is not added to the dataset. */
export async function searchByFile(
  { client, trans }: Pick<ICore, 'client' | 'trans'>,
  model: IWorkspaceModel,
  image: File
): Promise<void> {
  const id = Notification.emit(
    trans.__('Searching by %1…', image.name),
    'in-progress',
    { autoClose: false }
  );
  const { dataset, view } = model.store.getState();
  try {
    model.setSearch(
      await client.searches.byImage(dataset, image, view.search ?? null)
    );
  } catch (reason) {
    reportFailure(reason);
  }
  Notification.dismiss(id);
}
