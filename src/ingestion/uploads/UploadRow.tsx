import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Button } from '../../core/components/Button';
import { ErrorBox } from '../../core/components/ErrorBox';
import { formatBytes, formatCount } from '../../core/components/format';
import { ProgressBar } from '../../core/components/ProgressBar';
import type { IUpload, IUploads } from './types';

/** Files on their way: how far they are, what was refused, and a way to stop. */
export function UploadRow(props: {
  upload: IUpload;
  uploads: IUploads;
  trans: TranslationBundle;
}): JSX.Element {
  const { upload, uploads, trans } = props;
  const { id, dataset, state, failures, skipped, error } = upload;
  const title = trans.__('Images to %1', dataset);
  const active = state !== 'ended';
  return (
    <div className="vl-job vl-upload" data-state={state}>
      <div className="vl-job-head">
        <span className="vl-job-title">{title}</span>
        <Button
          disabled={active && (upload.cancelled || state === 'starting')}
          onClick={() => (active ? uploads.cancel(id) : uploads.dismiss(id))}
        >
          {active ? trans.__('Cancel') : trans.__('Dismiss')}
        </Button>
      </div>
      {active && (
        <ProgressBar
          share={upload.bytes > 0 ? upload.bytesSent / upload.bytes : null}
          label={title}
        />
      )}
      <div className="vl-job-line" role="status">
        {progress(upload, trans)}
      </div>
      {skipped.length > 0 && (
        <details>
          <summary>
            {trans._n(
              '%1 file is no image and was not sent',
              '%1 files are no images and were not sent',
              skipped.length
            )}
          </summary>
          <ul>
            {skipped.map((name, i) => (
              <li key={i}>{name}</li>
            ))}
          </ul>
        </details>
      )}
      {failures.length > 0 && (
        <details open>
          <summary>
            {trans._n(
              '%1 file was refused',
              '%1 files were refused',
              failures.length
            )}
          </summary>
          <ul>
            {failures.map((failure, i) => (
              <li key={i} title={`${failure.error.code} ${failure.error.hint}`}>
                <strong>{failure.name}</strong> {failure.error.message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}

/** "12 of 40 files sent · 3.1 MB of 9.8 MB"; the ingest that follows tells of itself. */
function progress(upload: IUpload, trans: TranslationBundle): string {
  const { files, sent, bytes, bytesSent, cancelled } = upload;
  return [
    trans.__('%1 of %2 files sent', formatCount(sent), formatCount(files)),
    trans.__('%1 of %2', formatBytes(bytesSent), formatBytes(bytes)),
    ...(cancelled ? [trans.__('cancelled')] : [])
  ].join(' · ');
}
