/** Steps back and forth through immutable states. */
export class History<T> {
  constructor(private readonly _limit = 100) {}

  get canUndo(): boolean {
    return this._past.length > 0;
  }

  get canRedo(): boolean {
    return this._future.length > 0;
  }

  /** A new step was made from `state`; what had been undone is forgotten. */
  push(state: T): void {
    this._past = [...this._past.slice(1 - this._limit), state];
    this._future = [];
  }

  /** The state before `current`; undefined: there is none. */
  undo(current: T): T | undefined {
    const state = this._past.pop();
    if (state !== undefined) {
      this._future.push(current);
    }
    return state;
  }

  /** The state that was undone last; undefined: there is none. */
  redo(current: T): T | undefined {
    const state = this._future.pop();
    if (state !== undefined) {
      this._past.push(current);
    }
    return state;
  }

  private _past: T[] = [];
  private _future: T[] = [];
}
