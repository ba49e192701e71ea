import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import type { IErrorBody } from '../client/types';
import { Button } from './Button';

/** The command that signs in to a storage; null: that is not what is wrong. */
export function signInCommand({ code, details }: IErrorBody): string | null {
  const { command } = details;
  return code === 'SIGN_IN_NEEDED' && typeof command === 'string'
    ? command
    : null;
}

const TERMINAL = 'terminal:create-new';

/** What to do where credentials have ended: a command, and a terminal to run it in. */
export function SignIn(props: {
  readonly command: string;
  readonly trans: TranslationBundle;
  /** Those of Lab, which may have terminals. */
  readonly commands?: CommandRegistry;
  /** Go on, once somebody has signed in. */
  readonly onRetry?: () => void;
}): JSX.Element {
  const { command, trans, commands, onRetry } = props;
  const [copied, setCopied] = React.useState(false);
  const copy = (): void =>
    void navigator.clipboard.writeText(command).then(() => setCopied(true));
  return (
    <div className="vl-sign-in">
      <p className="vl-error-hint">
        {trans.__(
          'Signed out. What was read stays: sign in again on the server, then go on.'
        )}
      </p>
      <code>{command}</code>
      {commands?.hasCommand(TERMINAL) && (
        <Button
          title={trans.__(
            'Open a terminal with this command typed in: Enter runs it'
          )}
          onClick={() => void typeInto(commands, command)}
        >
          {trans.__('Sign in again')}
        </Button>
      )}
      {onRetry && <Button onClick={onRetry}>{trans.__('Try again')}</Button>}
      <Button kind="link" onClick={copy}>
        {copied ? trans.__('Copied') : trans.__('Copy')}
      </Button>
    </div>
  );
}

/** What is used of a terminal of Lab. */
interface ITerminal {
  readonly content: {
    readonly ready: Promise<void>;
    readonly session: {
      send(message: { type: 'stdin'; content: string[] }): void;
    };
  };
}

/** Type a command into a new terminal; the user runs it. */
async function typeInto(
  commands: CommandRegistry,
  command: string
): Promise<void> {
  const { content } = (await commands.execute(TERMINAL)) as ITerminal;
  await content.ready;
  content.session.send({ type: 'stdin', content: [command] });
}
