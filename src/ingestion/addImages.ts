/** Choosing image files of this computer for a dataset. */
import { pickFiles } from '../core/files/imageFiles';
import type { IUploads } from './uploads/types';

/** Ask for files and send them. */
export async function addImages(
  loading: Promise<IUploads>,
  dataset: string
): Promise<void> {
  const [files, uploads] = await Promise.all([pickFiles(), loading]);
  if (files.length > 0) {
    uploads.start(dataset, files);
  }
}
