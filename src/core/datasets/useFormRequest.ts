import { useSyncExternalStore } from 'react';
import type { IFormState } from './types';

/** What the form is opened with; renders again when that changes. */
export function useFormRequest(form: IFormState): IFormState['request'] {
  return useSyncExternalStore(
    listener => {
      form.changed.connect(listener);
      return () => form.changed.disconnect(listener);
    },
    () => form.request
  );
}
