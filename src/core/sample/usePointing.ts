/** The annotation under the pointer. */
import * as React from 'react';
import { hitTest } from '../overlays/hit';
import type { IPlacement } from '../components/placement';
import type { IShape } from '../overlays/shapes';

/** How near the pointer must come to lines and points, in CSS pixels. */
export const TOLERANCE = 6;

interface IPointing {
  readonly root: React.RefObject<HTMLElement>;
  /** Where the image lies; null: nothing can be pointed at. */
  readonly placement: IPlacement | null;
  readonly shapes: readonly IShape[];
  readonly highlight: number | null;
  readonly onHighlight: (annotation: number | null) => void;
}

export function usePointing(
  options: IPointing
): Required<
  Pick<React.DOMAttributes<HTMLElement>, 'onPointerMove' | 'onPointerLeave'>
> {
  const { root, placement, shapes, highlight, onHighlight } = options;
  const tell = (id: number | null): void => {
    if (id !== highlight) {
      onHighlight(id);
    }
  };
  return {
    onPointerMove: event => {
      if (placement === null || root.current === null) {
        return;
      }
      const { left, top } = root.current.getBoundingClientRect();
      const { scale } = placement;
      const x = (event.clientX - left - placement.x) / scale;
      const y = (event.clientY - top - placement.y) / scale;
      tell(hitTest(shapes, x, y, TOLERANCE / scale)?.id ?? null);
    },
    onPointerLeave: () => tell(null)
  };
}
