/** Failures of commands, where no panel is there to show them. */
import { Notification } from '@jupyterlab/apputils';
import { errorBody } from '../client/errors';

export function reportFailure(reason: unknown): void {
  const { message, hint } = errorBody(reason);
  Notification.error(`${message} ${hint}`.trim(), { autoClose: 8000 });
}
