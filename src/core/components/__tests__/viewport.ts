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

/** Addresses of blobs, which jsdom has none of: those made and those let go of. */
export function fakeObjectUrls(): { made: string[]; revoked: string[] } {
  const made: string[] = [];
  const revoked: string[] = [];
  URL.createObjectURL = () => {
    made.push(`blob:image-${made.length}`);
    return made[made.length - 1];
  };
  URL.revokeObjectURL = url => void revoked.push(url);
  return { made, revoked };
}
