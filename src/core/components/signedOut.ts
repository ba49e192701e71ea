import { useSyncExternalStore } from 'react';
import type { IStopped, IWorkspaceContext } from '../client/context';

/** Whether a job of a dataset stopped because somebody must sign in; null: none did. */
export function useSignedOut(
  { signedOut }: Pick<IWorkspaceContext, 'signedOut'>,
  dataset: string
): IStopped | null {
  return useSyncExternalStore(signedOut.subscribe, () =>
    signedOut.get(dataset)
  );
}

/** What stands in the place of an image that has no thumbnail. */
export function noPreview(
  context: Pick<IWorkspaceContext, 'trans'>,
  stopped: IStopped | null
): string {
  const { trans } = context;
  return stopped === null
    ? trans.__('No preview')
    : trans.__('Signed out: sign in again');
}
