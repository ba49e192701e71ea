import * as React from 'react';
import type { ISize } from '../components/placement';
import { FIT, panBy, zoomAt, type IPoint, type IZoom } from './zoom';

/** Zoom per pixel of wheel movement, as an exponent. */
const WHEEL_SPEED = 0.002;

type SetZoom = React.Dispatch<React.SetStateAction<IZoom>>;

/** Wheel zooms around the pointer, drag moves, double click fits. */
export function usePanZoom(
  root: React.RefObject<HTMLElement>,
  image: ISize | null,
  box: ISize,
  setZoom: SetZoom
): Pick<
  React.DOMAttributes<HTMLElement>,
  | 'onPointerDown'
  | 'onPointerMove'
  | 'onPointerUp'
  | 'onPointerCancel'
  | 'onDoubleClick'
> & { dragging: boolean } {
  const [from, setFrom] = React.useState<IPoint | null>(null);

  // React listens to wheel passively; the page must not scroll while the image zooms.
  React.useEffect(() => {
    const element = root.current;
    if (element === null || image === null) {
      return;
    }
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      const factor = Math.exp(-event.deltaY * WHEEL_SPEED);
      setZoom(zoom => zoomAt(zoom, image, box, factor, at));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  return {
    dragging: from !== null,
    onPointerDown: event => {
      if (event.button === 0) {
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom({ x: event.clientX, y: event.clientY });
      }
    },
    onPointerMove: event => {
      if (from !== null && image !== null) {
        const { clientX: x, clientY: y } = event;
        setZoom(zoom => panBy(zoom, image, box, x - from.x, y - from.y));
        setFrom({ x, y });
      }
    },
    onPointerUp: () => setFrom(null),
    onPointerCancel: () => setFrom(null),
    onDoubleClick: () => setZoom(FIT)
  };
}
