/** What the small forms of the filters share: Enter applies, Escape ends. */
import type * as React from 'react';

/** Handlers of a form: sending it applies, Escape cancels; neither reaches what is around it. */
export function formKeys(
  apply: () => unknown,
  cancel: () => void
): Pick<React.FormHTMLAttributes<HTMLFormElement>, 'onSubmit' | 'onKeyDown'> {
  return {
    onSubmit: event => {
      event.preventDefault();
      apply();
    },
    onKeyDown: event => {
      if (event.key === 'Escape') {
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
