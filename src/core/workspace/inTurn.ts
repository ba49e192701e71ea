/** Requests one after the other: of two changes of the same thing, the later one is to stay. */
export class InTurn {
  /** The answer to `request`, which is made once all before it have theirs. */
  run<T>(request: () => Promise<T>): Promise<T> {
    const answer = this._last.then(request);
    this._last = answer.catch(() => undefined);
    return answer;
  }

  private _last: Promise<unknown> = Promise.resolve();
}
