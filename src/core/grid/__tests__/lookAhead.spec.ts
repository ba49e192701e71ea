import { act, renderHook } from '@testing-library/react';
import { rowsAhead, useRowsAhead, type IRows } from '../lookAhead';
import { idsOf } from '../tileCache';

describe('rows ahead', () => {
  it('are two screens of what comes next, within the view', () => {
    const shown = { first: 10, last: 12 };
    expect(rowsAhead(shown, 100, true)).toEqual([13, 14, 15, 16, 17, 18]);
    expect(rowsAhead(shown, 100, false)).toEqual([9, 8, 7, 6, 5, 4]);
    expect(rowsAhead(shown, 15, true)).toEqual([13, 14]);
    expect(rowsAhead({ first: 1, last: 3 }, 100, false)).toEqual([0]);
    expect(rowsAhead({ first: 0, last: -1 }, 0, true)).toEqual([]);
  });

  it('follow the direction of the last scroll, once it rests', () => {
    jest.useFakeTimers();
    const rest = (): void => act(() => jest.advanceTimersByTime(100));
    const { result, rerender } = renderHook(
      (shown: IRows) => useRowsAhead(shown, 50),
      { initialProps: { first: 0, last: 0 } }
    );
    rest();
    expect(result.current).toEqual([1, 2]);
    rerender({ first: 10, last: 10 });
    act(() => jest.advanceTimersByTime(99));
    expect(result.current).toEqual([1, 2]);
    rerender({ first: 20, last: 20 });
    rest();
    expect(result.current).toEqual([21, 22]);
    rerender({ first: 19, last: 19 });
    rest();
    expect(result.current).toEqual([18, 17]);
    const before = result.current;
    rerender({ first: 19, last: 19 });
    rest();
    expect(result.current).toBe(before);
    jest.useRealTimers();
  });

  it('have the ids of their tiles', () => {
    const ids = Uint32Array.from({ length: 8 }, (_, i) => 100 + i);
    expect(idsOf(ids, [2, 0], 3)).toEqual([106, 107, 100, 101, 102]);
  });
});
