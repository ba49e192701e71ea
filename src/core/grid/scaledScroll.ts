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
