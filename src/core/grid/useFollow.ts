/** Scrolling that the user did not do: to the top of a new view, to the sample shown elsewhere. */
import * as React from 'react';
import type { IViewSpec } from '../client/types';

interface IFollow {
  readonly ids: Uint32Array;
  readonly view: IViewSpec;
  /** The sample that the sample panel shows. */
  readonly focus: number | null;
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly reveal: (index: number) => void;
  readonly toTop: () => void;
}

export function useFollow(options: IFollow): void {
  const { ids, view, focus, active, setActive, reveal, toTop } = options;

  const lastView = React.useRef(view);
  React.useEffect(() => {
    if (lastView.current !== view) {
      lastView.current = view;
      toTop();
    }
  });

  const lastFocus = React.useRef(focus);
  React.useEffect(() => {
    if (lastFocus.current === focus) {
      return;
    }
    lastFocus.current = focus;
    const index =
      focus === null || view.level !== 'samples' ? -1 : ids.indexOf(focus);
    if (index >= 0 && index !== active) {
      setActive(index);
      reveal(index);
    }
  });
}
