import { useSyncExternalStore } from 'react';
import type { IFormState } from './types';

/** Whether the form is open; renders again when that changes. */
export function useFormOpen(form: IFormState): boolean {
  return useSyncExternalStore(
    listener => {
      form.changed.connect(listener);
      return () => form.changed.disconnect(listener);
    },
    () => form.open
  );
}
