/** Lasso and box: what the pointer draws over the map, in pixels of the panel. */
import * as React from 'react';
import type { IdSet } from '../../core/workspace/idSet';
import { inBox, inPolygon } from '../points/lasso';
import { type Joining, MIN_STATE, type MapModel } from '../mapModel';
import type { IMapView } from './useRenderer';

export type Mode = 'pan' | 'lasso' | 'box';

/** A new corner where the pointer has moved so far, in pixels. */
const STEP = 3;
/** A shorter drag is a click; pixels. */
export const CLICK = 4;

/** Ids inside a polygon or, given two opposite corners, a rectangle of pixels. */
export function enclosed(
  map: MapModel,
  view: IMapView,
  path: readonly number[],
  mode: Mode
): IdSet {
  const { plane, polygon, grid } = view.plane(path);
  if (mode === 'box') {
    const [x1, y1, x2, y2] = polygon;
    return inBox(plane, [x1, y1, x2, y2], map.states, MIN_STATE);
  }
  return inPolygon(plane, polygon, map.states, MIN_STATE, grid);
}

/** How a selection that begins with these keys joins the one there is. */
export function joining(event: {
  shiftKey: boolean;
  altKey: boolean;
}): Joining {
  return event.altKey ? 'remove' : event.shiftKey ? 'add' : 'replace';
}

interface IDrawing {
  /** Flat x, y; two opposite corners of a box. */
  readonly path: readonly number[];
  readonly box: boolean;
}

export function useDrawing(
  map: MapModel,
  view: IMapView,
  host: React.RefObject<HTMLElement>,
  mode: Mode
): {
  readonly drawing: IDrawing | null;
  readonly handlers: React.DOMAttributes<HTMLElement>;
} {
  const [drawing, setDrawing] = React.useState<IDrawing | null>(null);
  const path = React.useRef<number[] | null>(null);

  const place = (event: React.PointerEvent): [number, number] => {
    const { left, top } = host.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const stop = (): void => {
    path.current = null;
    setDrawing(null);
  };
  // another mode, Escape with it, gives up what is being drawn
  React.useEffect(stop, [mode]);
  const handlers: React.DOMAttributes<HTMLElement> = {
    onPointerDownCapture: event => {
      if (mode !== 'pan' && event.button === 0) {
        path.current = place(event);
        event.currentTarget.setPointerCapture?.(event.pointerId);
      }
    },
    onPointerMoveCapture: event => {
      const drawn = path.current;
      if (drawn === null) {
        return;
      }
      const [x, y] = place(event);
      if (mode === 'box') {
        path.current = [drawn[0], drawn[1], x, y];
      } else if (
        Math.hypot(x - drawn[drawn.length - 2], y - drawn[drawn.length - 1]) >=
        STEP
      ) {
        drawn.push(x, y);
      }
      setDrawing({ path: [...path.current!], box: mode === 'box' });
    },
    onPointerUpCapture: event => {
      const drawn = path.current;
      stop();
      if (drawn !== null && extent(drawn) > CLICK) {
        map.select(enclosed(map, view, drawn, mode), joining(event));
      }
    },
    onPointerCancel: stop,
    onLostPointerCapture: stop
  };
  return { drawing, handlers };
}

/** The longer side of what was drawn, in pixels. */
export function extent(path: readonly number[]): number {
  const xs = path.filter((_, i) => i % 2 === 0);
  const ys = path.filter((_, i) => i % 2 === 1);
  const span = (all: number[]): number => Math.max(...all) - Math.min(...all);
  return Math.max(span(xs), span(ys));
}
