import * as React from 'react';

/**
 * Index of the tile that has the grid's keyboard focus.
 *
 * It stays with its sample when the view changes, and returns to the first tile when that left.
 */
export function useActiveTile(
  ids: Uint32Array
): [number, (index: number) => void] {
  const [active, setIndex] = React.useState(0);
  const id = React.useRef<number | undefined>(ids[0]);
  const [known, setKnown] = React.useState(ids);

  if (known !== ids) {
    setKnown(ids);
    const index = id.current === undefined ? -1 : ids.indexOf(id.current);
    setIndex(Math.max(index, 0));
  }
  const setActive = React.useCallback(
    (index: number) => {
      id.current = ids[index];
      setIndex(index);
    },
    [ids]
  );
  return [Math.min(active, Math.max(ids.length - 1, 0)), setActive];
}
