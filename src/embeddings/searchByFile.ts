/** Searching by an image file that was dropped where no box tells how it goes. */
import { Notification } from '@jupyterlab/apputils';
import { searchImage } from './actions';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { ICore } from '../core/plugins/core';
import { reportFailure } from '../core/plugins/failure';

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
  try {
    await searchImage({ model, client }, image);
  } catch (reason) {
    reportFailure(reason);
  }
  Notification.dismiss(id);
}
