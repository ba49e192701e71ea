/** Choosing image files of this computer for a dataset. */
import { pickFiles } from '../core/components/imageFiles';
import type { ICore } from '../core/plugins/core';

/** Ask for files and send them. */
export async function addImages(core: ICore, dataset: string): Promise<void> {
  const [files, uploads] = await Promise.all([pickFiles(), core.uploads()]);
  if (files.length > 0) {
    uploads.start(dataset, files);
  }
}
