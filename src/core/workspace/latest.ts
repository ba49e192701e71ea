/** Of requests for the same thing only the newest counts; earlier ones are aborted. */
export class Latest {
  /** The answer to `request`; undefined when a later one was made meanwhile. */
  async run<T>(
    request: (signal: AbortSignal) => Promise<T>
  ): Promise<T | undefined> {
    this.abort();
    const controller = (this._controller = new AbortController());
    const { signal } = controller;
    try {
      const answer = await request(signal);
      return signal.aborted ? undefined : answer;
    } catch (reason) {
      if (signal.aborted) {
        return undefined;
      }
      throw reason;
    }
  }

  abort(): void {
    this._controller?.abort();
  }

  private _controller: AbortController | null = null;
}
