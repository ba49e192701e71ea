/** What is fetched before it is scrolled to. */
import * as React from 'react';

/** First and last row, both included. */
export interface IRows {
  readonly first: number;
  readonly last: number;
}

/** How many screens are fetched ahead. */
const SCREENS = 2;

/** The rows that come next where scrolling goes on; nearest first. */
export function rowsAhead(
  { first, last }: IRows,
  rowCount: number,
  down: boolean
): readonly number[] {
  const count = SCREENS * (last - first + 1);
  const room = down ? rowCount - 1 - last : first;
  return Array.from({ length: Math.max(0, Math.min(count, room)) }, (_, i) =>
    down ? last + 1 + i : first - 1 - i
  );
}

/** The same, in the direction of the last scroll; down at first. */
export function useRowsAhead(
  shown: IRows,
  rowCount: number
): readonly number[] {
  const last = React.useRef({ first: 0, down: true });
  if (shown.first !== last.current.first) {
    last.current = {
      first: shown.first,
      down: shown.first > last.current.first
    };
  }
  const { first, last: end } = shown;
  const { down } = last.current;
  return React.useMemo(
    () => rowsAhead({ first, last: end }, rowCount, down),
    [first, end, rowCount, down]
  );
}
