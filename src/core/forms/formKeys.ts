/** What forms share: Enter sends them, Escape ends them. */
import type * as React from 'react';

export type FormKeys = Pick<
  React.FormHTMLAttributes<HTMLFormElement>,
  'onSubmit' | 'onKeyDown'
>;

/** Handlers of a form: sending it applies, Escape cancels where it can; neither reaches what is around it. */
export function formKeys(apply: () => unknown, cancel?: () => void): FormKeys {
  return {
    onSubmit: event => {
      event.preventDefault();
      apply();
    },
    onKeyDown: event => {
      if (cancel && event.key === 'Escape') {
        event.stopPropagation();
        cancel();
      } else if (
        event.key === 'Enter' &&
        !event.shiftKey &&
        event.target instanceof HTMLTextAreaElement
      ) {
        // In a text of several lines, Enter would begin the next.
        event.preventDefault();
        apply();
      }
    }
  };
}
