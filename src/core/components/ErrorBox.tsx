import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import type { IErrorBody } from '../client/types';
import { Button } from './Button';
import { SignIn, signInCommand } from './SignIn';

/** What went wrong and how to mend it; code, request id and details wait behind an expander. */
export function ErrorBox(props: {
  error: IErrorBody;
  trans: TranslationBundle;
  onRetry?: () => void;
  /** Those of Lab: a terminal can be opened where one must sign in. */
  commands?: CommandRegistry;
}): JSX.Element {
  const { error, trans, onRetry, commands } = props;
  const { code, details, request_id } = error;
  const command = signInCommand(error);
  return (
    <div className="vl-error" role="alert">
      <p className="vl-error-message">{error.message}</p>
      {command !== null ? (
        <SignIn
          command={command}
          trans={trans}
          commands={commands}
          onRetry={onRetry}
        />
      ) : (
        <>
          {error.hint && <p className="vl-error-hint">{error.hint}</p>}
          {onRetry && (
            <Button onClick={onRetry}>{trans.__('Try again')}</Button>
          )}
        </>
      )}
      <details className="vl-error-details">
        <summary>{trans.__('Details')}</summary>
        <pre>{JSON.stringify({ code, request_id, ...details }, null, 2)}</pre>
      </details>
    </div>
  );
}
