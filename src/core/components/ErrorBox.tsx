import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IErrorBody } from '../client/types';
import { Button } from './Button';

/** What went wrong and how to mend it; code, request id and details wait behind an expander. */
export function ErrorBox(props: {
  error: IErrorBody;
  trans: TranslationBundle;
  onRetry?: () => void;
}): JSX.Element {
  const { error, trans, onRetry } = props;
  const { code, details, request_id } = error;
  return (
    <div className="vl-error" role="alert">
      <p className="vl-error-message">{error.message}</p>
      {error.hint && <p className="vl-error-hint">{error.hint}</p>}
      {onRetry && <Button onClick={onRetry}>{trans.__('Try again')}</Button>}
      <details className="vl-error-details">
        <summary>{trans.__('Details')}</summary>
        <pre>{JSON.stringify({ code, request_id, ...details }, null, 2)}</pre>
      </details>
    </div>
  );
}
