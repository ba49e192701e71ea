import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import { addDropZone } from '../../core/files/dropZone';
import type { IUploads } from './types';
import { UploadList } from './UploadList';

/** Make a panel take files for its dataset or to search by; show those on their way below its content. */
export function createUploadBar(
  panel: Widget,
  dataset: string,
  uploads: IUploads,
  trans: TranslationBundle,
  onSearch: (image: File) => void
): Widget {
  const bar = ReactWidget.create(
    <UploadList uploads={uploads} dataset={dataset} trans={trans} />
  );
  bar.addClass('vl-panel');
  bar.addClass('vl-upload-bar');
  const remove = addDropZone(
    panel.node,
    {
      text: trans.__('Drop image files: they are copied into %1', dataset),
      onFiles: files => uploads.start(dataset, files)
    },
    {
      text: trans.__('Search by this image, without adding it'),
      onFiles: ([image]) => onSearch(image),
      single: true
    }
  );
  bar.disposed.connect(remove);
  return bar;
}
