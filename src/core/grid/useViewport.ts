/** Rows on the screen: the virtualizer over a scaled scroll position. */
import {
  defaultRangeExtractor,
  useVirtualizer,
  type VirtualItem,
  type Virtualizer
} from '@tanstack/react-virtual';
import * as React from 'react';
import { PADDING } from './layout';
import { ScaledScroll } from './scaledScroll';

export interface IViewport {
  readonly rows: VirtualItem[];
  /** Height of the laid-out element. */
  readonly height: number;
  /** Where a row's top stands inside it. */
  readonly place: (row: VirtualItem) => number;
  /** Scroll as little as needed to show a row whole. */
  readonly reveal: (row: number) => void;
  readonly toTop: () => void;
  /** Whether rows come and go right now; the function stays the same. */
  readonly scrolling: () => boolean;
}

const OVERSCAN = 3;

/**
 * The rows to draw of `rowCount` rows of equal height.
 *
 * `pinnedRow` is drawn wherever it is, so that the tile with the keyboard focus never vanishes.
 */
export function useViewport(
  scroller: React.RefObject<HTMLDivElement>,
  rowCount: number,
  rowHeight: number,
  viewportHeight: number,
  pinnedRow: number
): IViewport {
  const scroll = React.useMemo(() => new ScaledScroll(), []);
  scroll.resize(rowCount * rowHeight + 2 * PADDING, viewportHeight);

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    rangeExtractor: range => {
      const shown = defaultRangeExtractor(range);
      return pinnedRow < rowCount && !shown.includes(pinnedRow)
        ? [...shown, pinnedRow].sort((a, b) => a - b)
        : shown;
    },
    paddingStart: PADDING,
    paddingEnd: PADDING,
    observeElementOffset: (instance, report) =>
      observeScroll(instance, scroll, report),
    scrollToFn: offset => {
      scroller.current?.scrollTo({ top: scroll.moveTo(offset) });
    }
  });

  React.useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  // Wheel steps stay true pixels where the scroll bar is scaled.
  React.useEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const onWheel = (event: WheelEvent): void => {
      if (scroll.scaled && !event.ctrlKey && event.deltaMode === 0) {
        event.preventDefault();
        element.scrollTop = scroll.moveTo(scroll.offset + event.deltaY);
        element.dispatchEvent(new Event('scroll'));
      }
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scroller, scroll]);

  const scrolling = React.useCallback(
    () => virtualizer.isScrolling,
    [virtualizer]
  );
  const moveTo = (offset: number): void => {
    const element = scroller.current;
    if (element !== null) {
      element.scrollTop = scroll.moveTo(offset);
      element.dispatchEvent(new Event('scroll'));
    }
  };

  return {
    rows: virtualizer.getVirtualItems(),
    height: scroll.height,
    place: row => scroll.place(row.start),
    reveal: row => {
      const top = PADDING + row * rowHeight;
      if (top < scroll.offset) {
        moveTo(top - PADDING);
      } else if (top + rowHeight > scroll.offset + viewportHeight) {
        moveTo(top + rowHeight - viewportHeight);
      }
    },
    toTop: () => moveTo(0),
    scrolling
  };
}

/** Report true offsets to the virtualizer, and when scrolling rests. */
function observeScroll(
  instance: Virtualizer<HTMLDivElement, HTMLDivElement>,
  scroll: ScaledScroll,
  report: (offset: number, isScrolling: boolean) => void
): () => void {
  const element = instance.scrollElement;
  let timer = 0;
  const onScroll = (): void => {
    if (element === null) {
      return;
    }
    report(scroll.fromScrollTop(element.scrollTop), true);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => report(scroll.offset, false), 150);
  };
  element?.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    window.clearTimeout(timer);
    element?.removeEventListener('scroll', onScroll);
  };
}
