/** Gives every element of jsdom a size, and what browsers have and jsdom lacks. */

class FakeResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

export function fakeViewport(width: number, height: number): void {
  (window as { ResizeObserver: unknown }).ResizeObserver = FakeResizeObserver;
  const sizes = {
    clientWidth: width,
    offsetWidth: width,
    clientHeight: height,
    offsetHeight: height
  };
  for (const [name, value] of Object.entries(sizes)) {
    Object.defineProperty(HTMLElement.prototype, name, {
      configurable: true,
      get: () => value
    });
  }
  HTMLElement.prototype.scrollTo = (() => undefined) as never;
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
}
