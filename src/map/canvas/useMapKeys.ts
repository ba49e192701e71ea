/** The map's keyboard: moving, zooming, selecting what is in sight. */
import type * as React from 'react';
import type { IWorkspaceModel } from '../../core/workspace/types';
import type { MapModel } from '../mapModel';
import { enclosed, joining, type Mode } from './useDrawing';
import type { IMapView } from './useRenderer';

interface IMapKeys {
  readonly model: IWorkspaceModel;
  readonly map: MapModel;
  readonly view: IMapView;
  readonly host: React.RefObject<HTMLElement>;
  readonly onMode: (mode: Mode) => void;
}

/** A share of the panel that one press of an arrow moves. */
const STEP = 0.1;

export function useMapKeys(
  options: IMapKeys
): (event: React.KeyboardEvent) => void {
  const { model, map, view, host, onMode } = options;
  const pan = (x: number, y: number) => () => view.renderer?.panBy(x, y);
  const selectSeen = (event: React.KeyboardEvent): void => {
    const { clientWidth, clientHeight } = host.current!;
    const corners = [0, 0, clientWidth, clientHeight];
    map.select(enclosed(map, view, corners, 'box'), joining(event));
  };
  const keys: Record<string, (event: React.KeyboardEvent) => void> = {
    ArrowLeft: pan(-STEP, 0),
    ArrowRight: pan(STEP, 0),
    ArrowUp: pan(0, STEP),
    ArrowDown: pan(0, -STEP),
    '+': () => view.renderer?.zoomBy(1),
    '=': () => view.renderer?.zoomBy(1),
    '-': () => view.renderer?.zoomBy(-1),
    '0': () => view.reset(),
    f: () => view.fitSelection(),
    l: () => onMode('lasso'),
    b: () => onMode('box'),
    v: () => onMode('pan'),
    Enter: selectSeen,
    Escape: () => {
      onMode('pan');
      model.clearSelection();
    }
  };
  return event => {
    if (event.target !== host.current) {
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'a') {
      model.selectAll();
    } else if (command || !keys[event.key]) {
      return;
    } else {
      keys[event.key](event);
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
