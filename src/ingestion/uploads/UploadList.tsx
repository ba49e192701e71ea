import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useSyncExternalStore } from 'react';
import type { IUploads } from './types';
import { UploadRow } from './UploadRow';

/** The uploads to one dataset, or to all. */
export function UploadList(props: {
  uploads: IUploads;
  dataset?: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { uploads, dataset, trans } = props;
  const all = useSyncExternalStore(
    listener => {
      uploads.changed.connect(listener);
      return () => uploads.changed.disconnect(listener);
    },
    () => uploads.all
  );
  return (
    <>
      {all
        .filter(upload => dataset === undefined || upload.dataset === dataset)
        .map(upload => (
          <UploadRow
            key={upload.id}
            upload={upload}
            uploads={uploads}
            trans={trans}
          />
        ))}
    </>
  );
}
