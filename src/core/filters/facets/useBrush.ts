import * as React from 'react';

export interface IBrush {
  /** Fractions of the width where the drag began and is now; null: no drag. */
  readonly drag: readonly [number, number] | null;
  readonly handlers: Pick<
    React.SVGProps<SVGSVGElement>,
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel'
  >;
}

function fraction(event: React.PointerEvent<SVGSVGElement>): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return width > 0
    ? Math.min(Math.max((event.clientX - left) / width, 0), 1)
    : 0;
}

/** A horizontal drag; `onEnd` gets both of its ends as fractions of the width. */
export function useBrush(onEnd: (from: number, to: number) => void): IBrush {
  const [drag, setDrag] = React.useState<[number, number] | null>(null);
  return {
    drag,
    handlers: {
      onPointerDown: event => {
        if (event.button === 0) {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([fraction(event), fraction(event)]);
        }
      },
      onPointerMove: event => {
        if (drag !== null) {
          setDrag([drag[0], fraction(event)]);
        }
      },
      onPointerUp: event => {
        if (drag !== null) {
          setDrag(null);
          onEnd(drag[0], fraction(event));
        }
      },
      onPointerCancel: () => setDrag(null)
    }
  };
}
