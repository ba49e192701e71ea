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

/** So long the rows must stay before others are fetched ahead, in milliseconds. */
const REST = 100;

/** The same, in the direction of the last scroll; down at first. Rows that only pass have none. */
export function useRowsAhead(
  shown: IRows,
  rowCount: number
): readonly number[] {
  const [ahead, setAhead] = React.useState<readonly number[]>([]);
  const before = React.useRef({ first: 0, down: true });
  const { first, last } = shown;
  React.useEffect(() => {
    if (first !== before.current.first) {
      before.current = { first, down: first > before.current.first };
    }
    const { down } = before.current;
    const timer = window.setTimeout(
      () => setAhead(rowsAhead({ first, last }, rowCount, down)),
      REST
    );
    return () => window.clearTimeout(timer);
  }, [first, last, rowCount]);
  return ahead;
}
