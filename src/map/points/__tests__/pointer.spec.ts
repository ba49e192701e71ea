import { buildGrid } from '../gridIndex';
import type { IPlane } from '../gridIndex';
import { PointIndex } from '../pointer';

/** A worker that answers when it is told to. */
class MockWorker {
  constructor() {
    MockWorker.all.push(this);
  }

  static readonly all: MockWorker[] = [];
  readonly posted: { key: number; plane: IPlane }[] = [];
  readonly terminate = jest.fn();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  postMessage(message: { key: number; plane: IPlane }): void {
    this.posted.push(message);
  }

  answer(index: number): void {
    const { key, plane } = this.posted[index];
    this.onmessage?.({ data: { key, grid: buildGrid(plane) } });
  }
}

jest.mock('../makeWorker', () => ({ makeWorker: () => new MockWorker() }));

const plane = (...values: number[]): IPlane => ({
  values: Float32Array.from(values),
  stride: 2
});
const STATES = Uint8Array.from([2, 2]);

afterEach(() => void (MockWorker.all.length = 0));

describe('PointIndex', () => {
  it('finds nothing until the points are sorted', () => {
    const index = new PointIndex();
    const find = () => index.find([1, 1], 0.5, STATES, 2);
    expect(find()).toBeNull();
    index.use(plane(5, 5, 1, 1));
    expect(find()).toBeNull();
    MockWorker.all[0].answer(0);
    expect(find()).toBe(1);
    index.use(null);
    expect(find()).toBeNull();
    expect(MockWorker.all).toHaveLength(1);
  });

  it('takes no answer for points that were replaced meanwhile', () => {
    const index = new PointIndex();
    const find = () => index.find([1, 1], 0.5, STATES, 2);
    index.use(plane(5, 5, 1, 1));
    index.use(plane(1, 1, 5, 5));
    const [worker] = MockWorker.all;
    worker.answer(1);
    expect(find()).toBe(0);
    worker.answer(0);
    expect(find()).toBe(0);
    index.use(null);
    worker.answer(1);
    expect(find()).toBeNull();
  });

  it('ends its worker, and has none before it is needed', () => {
    const index = new PointIndex();
    index.use(null);
    index.dispose();
    expect(MockWorker.all).toHaveLength(0);
    index.use(plane(1, 1));
    index.dispose();
    expect(MockWorker.all[0].terminate).toHaveBeenCalledTimes(1);
  });
});

describe('the worker', () => {
  it('hands its grid over instead of copying it', () => {
    const post = jest.spyOn(window, 'postMessage').mockImplementation();
    jest.isolateModules(() => jest.requireActual('../index.worker'));
    const data = { key: 3, plane: plane(1, 1, 2, 2, NaN, NaN) };
    window.onmessage!({ data } as MessageEvent);
    const [message, transfer] = post.mock.lastCall as unknown as [
      { key: number; grid: ReturnType<typeof buildGrid> },
      unknown[]
    ];
    expect(message.key).toBe(3);
    expect([...message.grid.order].sort()).toEqual([0, 1]);
    expect(transfer).toEqual([
      message.grid.starts.buffer,
      message.grid.order.buffer
    ]);
    window.onmessage = null;
  });
});
