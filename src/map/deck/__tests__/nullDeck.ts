/** deck.gl as it is, on devices that draw nothing and count what is written to them. */
import type * as core from '@deck.gl/core';
import type * as luma from '@luma.gl/core';
import type * as testUtils from '@luma.gl/test-utils';

/** Without the complaint that there is no real device to test with. */
const { NullDevice } = quietly(() =>
  jest.requireActual<typeof testUtils>('@luma.gl/test-utils')
);
const { Buffer } = jest.requireActual<typeof luma>('@luma.gl/core');

function quietly<T>(load: () => T): T {
  const spy = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    return load();
  } finally {
    spy.mockRestore();
  }
}

/** A buffer of vertices. */
export class Written {
  constructor(private readonly _buffer: luma.Buffer) {
    const write = _buffer.write.bind(_buffer);
    _buffer.write = (data, offset) => {
      this.writes += 1;
      write(data, offset);
    };
  }

  /** How often it was written after its first content. */
  writes = 0;

  get byteLength(): number {
    return this._buffer.byteLength;
  }

  get destroyed(): boolean {
    return this._buffer.destroyed;
  }

  get bytes(): number[] {
    const { _storage } = this._buffer as unknown as { _storage: ArrayBuffer };
    return [...new Uint8Array(_storage)];
  }
}

/** A device that can be lost. */
export class CountingDevice extends NullDevice {
  constructor(canvas: HTMLCanvasElement) {
    super({ createCanvasContext: { canvas, autoResize: false } } as never);
    const lost = new Promise(resolve => {
      this.lose = () => resolve({ reason: 'destroyed', message: '' });
    });
    Object.assign(this, { lost });
  }

  lose!: () => void;
  readonly vertices: Written[] = [];
  readonly loseDevice = jest.fn().mockReturnValue(true);

  createBuffer(
    props: Parameters<testUtils.NullDevice['createBuffer']>[0]
  ): ReturnType<testUtils.NullDevice['createBuffer']> {
    const buffer = super.createBuffer(props);
    if (buffer.usage & Buffer.VERTEX) {
      this.vertices.push(new Written(buffer));
    }
    return buffer;
  }
}

/** In the order they were made. */
export const devices: CountingDevice[] = [];
export const decks: core.Deck[] = [];

/** `@deck.gl/core` with decks on such devices. */
export function nullCore(): typeof core {
  const real = jest.requireActual<typeof core>('@deck.gl/core');
  class NullDeck extends real.Deck {
    constructor(props: { canvas: HTMLCanvasElement }) {
      const device = new CountingDevice(props.canvas);
      devices.push(device);
      super({ ...props, device } as never);
      decks.push(this);
    }
  }
  return { ...real, Deck: NullDeck } as unknown as typeof core;
}

/** Observers of sizes that tests call. */
export class Resizes implements ResizeObserver {
  constructor(private readonly _call: () => void) {}

  static of(element: Element): Resizes[] {
    return Resizes._all.filter(each => each._elements.has(element));
  }

  observe(element: Element): void {
    this._elements.add(element);
    Resizes._all.push(this);
  }

  unobserve(element: Element): void {
    this._elements.delete(element);
  }

  disconnect(): void {
    this._elements.clear();
  }

  call(): void {
    this._call();
  }

  private static _all: Resizes[] = [];
  private readonly _elements = new Set<Element>();
}

/** Wait until something is so, frames being drawn meanwhile. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !holds(); i++) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  if (!holds()) {
    throw new Error(`Never: ${holds}`);
  }
}
