/** Steps back and forth through immutable states. */
export class History<T> {
  constructor(private readonly _limit = 100) {}

  /** Earlier states, oldest first; a new array after each change. */
  get past(): readonly T[] {
    return this._past;
  }

  /** Undone states, the one undone last at the end; a new array after each change. */
  get future(): readonly T[] {
    return this._future;
  }

  /** A new step was made from `state`; what had been undone is forgotten. */
  push(state: T): void {
    this._past = [...this._past.slice(1 - this._limit), state];
    this._future = [];
  }

  /**
   * The state `steps` after `current`, before it when negative; the states between are kept.
   *
   * Undefined: there are not so many.
   */
  walk(current: T, steps: number): T | undefined {
    const [from, to] =
      steps < 0
        ? [[...this._past], [...this._future]]
        : [[...this._future], [...this._past]];
    let state: T | undefined = current;
    for (let i = 0; i < Math.abs(steps) && state !== undefined; i++) {
      to.push(state);
      state = from.pop();
    }
    if (state !== undefined) {
      [this._past, this._future] = steps < 0 ? [from, to] : [to, from];
    }
    return state;
  }

  private _past: readonly T[] = [];
  private _future: readonly T[] = [];
}
