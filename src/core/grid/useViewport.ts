/** Rows on the screen: the virtualizer over a scaled scroll position. */
import {
  defaultRangeExtractor,
  useVirtualizer,
  type VirtualItem,
  type Virtualizer
} from '@tanstack/react-virtual';
import * as React from 'react';
import type { IRows } from './lookAhead';
import { PADDING } from './layout';

export interface IViewport {
  readonly rows: VirtualItem[];
  /** First and last row on the screen. */
  readonly shown: IRows;
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
    shown: {
      first: virtualizer.range?.startIndex ?? 0,
      last: virtualizer.range?.endIndex ?? -1
    },
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

/**
 * Scrolling of content taller than browsers can lay out.
 *
 * Elements end at some 17 to 33 million pixels; a million large tiles need more. Up to
 * `MAX_HEIGHT` the content is laid out as it is; above, the scroll bar covers a shorter element
 * and its position is scaled, while wheel and keys still move by true pixels.
 */

export const MAX_HEIGHT = 8_000_000;

export class ScaledScroll {
  constructor(private readonly _maxHeight = MAX_HEIGHT) {}

  /** Tell the content's true height and the viewport's, both in pixels. */
  resize(content: number, viewport: number): void {
    this._content = content;
    this._viewport = viewport;
    this._offset = Math.min(this._offset, this.maxOffset);
  }

  /** Height of the element that is laid out. */
  get height(): number {
    return Math.min(this._content, this._maxHeight);
  }

  get scaled(): boolean {
    return this._content > this._maxHeight;
  }

  /** True pixels above the viewport. */
  get offset(): number {
    return this._offset;
  }

  get maxOffset(): number {
    return Math.max(this._content - this._viewport, 0);
  }

  /** The `scrollTop` that shows the present offset. */
  get scrollTop(): number {
    return this._offset / this._factor;
  }

  /**
   * Take over the element's `scrollTop`; answers with the true offset.
   *
   * A position that only echoes the present offset, rounded by the browser, changes nothing.
   */
  fromScrollTop(scrollTop: number): number {
    if (Math.abs(scrollTop - this.scrollTop) >= 1) {
      this._offset = scrollTop * this._factor;
    }
    return this._offset;
  }

  /** Move to a true offset; answers with the `scrollTop` to set. */
  moveTo(offset: number): number {
    this._offset = Math.min(Math.max(offset, 0), this.maxOffset);
    return this.scrollTop;
  }

  /** Where content of true offset `start` stands inside the laid-out element. */
  place(start: number): number {
    return start - this._offset + this.scrollTop;
  }

  private get _factor(): number {
    const laidOut = this.height - this._viewport;
    return this.scaled && laidOut > 0 ? this.maxOffset / laidOut : 1;
  }

  private _content = 0;
  private _viewport = 0;
  private _offset = 0;
}
