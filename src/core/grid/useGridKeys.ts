/** The grid's keyboard: moving, selecting, opening. */
import * as React from 'react';
import type { IWorkspaceModel } from '../workspace/types';
import { moveIndex } from './layout';

interface IGridKeys {
  readonly model: IWorkspaceModel;
  readonly scroller: React.RefObject<HTMLElement>;
  readonly ids: Uint32Array;
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly columns: number;
  readonly pageRows: number;
  readonly reveal: (index: number) => void;
  readonly open: (id: number) => void;
}

export function useGridKeys(
  options: IGridKeys
): (event: React.KeyboardEvent) => void {
  const { model, scroller, ids, active, setActive, reveal } = options;
  const moved = React.useRef(false);

  // The panel had the keyboard before it had tiles.
  React.useEffect(() => {
    const panel = scroller.current?.parentElement;
    moved.current = panel !== null && panel === document.activeElement;
  }, [scroller]);

  // The tile moved to is drawn only after scrolling: focus it as soon as it is there.
  React.useEffect(() => {
    const tile =
      moved.current &&
      scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (tile) {
      moved.current = false;
      tile.focus({ preventScroll: true });
    }
  });

  const move = (event: React.KeyboardEvent): boolean => {
    const next = moveIndex(
      event.key,
      active,
      ids.length,
      options.columns,
      options.pageRows
    );
    if (next === null) {
      return false;
    }
    moved.current = true;
    setActive(next);
    reveal(next);
    if (event.shiftKey) {
      model.selectTo(ids[next]);
    }
    return true;
  };

  const act = (event: React.KeyboardEvent): boolean => {
    switch (event.key) {
      case ' ':
        model.toggle(ids[active]);
        return true;
      case 'Enter':
        options.open(ids[active]);
        return true;
      case 'Escape':
        model.clearSelection();
        return true;
      default:
        return false;
    }
  };

  return event => {
    if (ids.length === 0 || event.altKey) {
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'a') {
      model.selectAll();
    } else if (command || !(move(event) || act(event))) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
