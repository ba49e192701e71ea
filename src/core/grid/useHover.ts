import * as React from 'react';

/** The tile under the pointer and its edges in the window, in CSS pixels. */
export interface IHover {
  readonly id: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

const REST = 350;

/** The tile on which the pointer rests; null while it moves or is elsewhere. */
export function useHover(): {
  hover: IHover | null;
  clear: () => void;
  onPointerMove: (event: React.PointerEvent) => void;
} {
  const [hover, setHover] = React.useState<IHover | null>(null);
  const timer = React.useRef(0);
  const over = React.useRef<Element | null>(null);
  const place = React.useRef({ x: NaN, y: NaN });

  const clear = React.useCallback(() => {
    window.clearTimeout(timer.current);
    over.current = null;
    setHover(null);
  }, []);
  React.useEffect(() => () => window.clearTimeout(timer.current), []);

  const onPointerMove = React.useCallback(
    (event: React.PointerEvent) => {
      // Tiles that scroll below a pointer at rest are not pointed at.
      const { clientX: x, clientY: y } = event;
      const rests = x === place.current.x && y === place.current.y;
      place.current = { x, y };
      const tile = (event.target as Element).closest<HTMLElement>('.vl-tile');
      if (rests || tile === over.current || event.pointerType === 'touch') {
        return;
      }
      clear();
      over.current = tile;
      if (tile !== null) {
        timer.current = window.setTimeout(() => {
          const { left, right, top } = tile.getBoundingClientRect();
          setHover({ id: Number(tile.dataset.id), left, right, top });
        }, REST);
      }
    },
    [clear]
  );
  return { hover, clear, onPointerMove };
}
