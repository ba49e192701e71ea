import * as React from 'react';
import {
  project,
  type IPlacement,
  type IRect,
  type ISize
} from '../../components/placement';
import { boxBetween, dragged, HANDLES, type Handle, SMALLEST } from './boxes';
import { isMovable, rectOf, type IEditor } from './useEditor';

interface IProps {
  readonly editor: IEditor;
  /** Of the image, in its pixels. */
  readonly image: ISize;
  readonly placement: IPlacement;
  /** Of the viewport, in CSS pixels. */
  readonly size: ISize;
}

/** Sides of a handle, in CSS pixels. */
const HANDLE = 8;

interface IDrag {
  readonly handle: Handle | 'draw';
  readonly x: number;
  readonly y: number;
  readonly from: IRect;
}

/** Where a handle's middle is. */
function spot(rect: IRect, handle: Handle): { x: number; y: number } {
  const along = (low: boolean, high: boolean): number =>
    low ? 0 : high ? 1 : 0.5;
  return {
    x: rect.x + rect.w * along(handle.includes('w'), handle.includes('e')),
    y: rect.y + rect.h * along(handle.includes('n'), handle.includes('s'))
  };
}

/**
 * The chosen box with its handles, or a box being drawn; for the pointer only, keys do the same.
 */
export function BoxEditor(props: IProps): JSX.Element | null {
  const { editor, image, placement, size } = props;
  const { chosen, draft, drawing } = editor;
  const root = React.useRef<SVGSVGElement>(null);
  const [drag, setDrag] = React.useState<IDrag | null>(null);
  const known = chosen && isMovable(chosen) ? rectOf(chosen) : null;
  const rect = draft?.rect ?? known;

  const at = (event: React.PointerEvent): { x: number; y: number } => {
    const { left, top } = root.current!.getBoundingClientRect();
    return {
      x: (event.clientX - left - placement.x) / placement.scale,
      y: (event.clientY - top - placement.y) / placement.scale
    };
  };
  const begin =
    (handle: IDrag['handle']) =>
    (event: React.PointerEvent<SVGElement>): void => {
      if (event.button !== 0) {
        return;
      }
      event.stopPropagation();
      event.currentTarget.setPointerCapture?.(event.pointerId);
      const point = at(event);
      const from = rect ?? { ...point, w: 0, h: 0 };
      setDrag({ handle, ...point, from });
    };
  const moved = (event: React.PointerEvent): IRect | null => {
    if (drag === null) {
      return null;
    }
    const point = at(event);
    return drag.handle === 'draw'
      ? boxBetween(drag, point, image)
      : dragged(
          drag.from,
          drag.handle,
          point.x - drag.x,
          point.y - drag.y,
          image
        );
  };
  const onPointerMove = (event: React.PointerEvent): void => {
    const next = moved(event);
    if (next !== null) {
      event.stopPropagation();
      editor.preview(next);
    }
  };
  const onPointerUp = (event: React.PointerEvent): void => {
    const next = moved(event);
    if (drag === null || next === null) {
      return;
    }
    event.stopPropagation();
    setDrag(null);
    if (drag.handle !== 'draw') {
      editor.place(next);
    } else if (next.w >= SMALLEST && next.h >= SMALLEST) {
      editor.add(next);
    } else {
      editor.choose(null);
    }
  };
  if (!drawing && rect === null) {
    return null;
  }
  const shown = rect && project(rect, placement);
  return (
    <svg
      ref={root}
      className={`vl-box-editor${drawing ? ' vl-mod-drawing' : ''}`}
      width={size.width}
      height={size.height}
      aria-hidden="true"
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(null)}
      // The viewer would fit the image, or choose what lies below.
      onDoubleClick={event => event.stopPropagation()}
      onClick={event => event.stopPropagation()}
    >
      {drawing && (
        <rect
          className="vl-box-paper"
          width={size.width}
          height={size.height}
          onPointerDown={begin('draw')}
        />
      )}
      {shown && (
        <rect
          className="vl-box-chosen"
          x={shown.x}
          y={shown.y}
          width={shown.w}
          height={shown.h}
          onPointerDown={known ? begin('move') : undefined}
        />
      )}
      {shown &&
        known &&
        HANDLES.map(handle => {
          const { x, y } = spot(shown, handle);
          return (
            <rect
              key={handle}
              className="vl-box-handle"
              data-handle={handle}
              x={x - HANDLE / 2}
              y={y - HANDLE / 2}
              width={HANDLE}
              height={HANDLE}
              onPointerDown={begin(handle)}
            />
          );
        })}
    </svg>
  );
}
