import { nameOf, type ITilePlace } from '../layout';
import { TileLoader } from '../TileLoader';

const at = (column: number): ITilePlace => ({ level: 0, column, row: 0 });
const turn = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

interface IAsked {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly answer: (ok: boolean) => Promise<void>;
}

let asked: IAsked[] = [];

beforeEach(() => {
  asked = [];
  const request = (url: string, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      asked.push({
        url,
        signal,
        answer: ok => {
          resolve({ ok, blob: async () => new Blob(['x']) });
          return turn();
        }
      });
    });
  Object.assign(globalThis, {
    fetch: request,
    createImageBitmap: async () => ({ close: () => undefined })
  });
});

function made() {
  const changed = jest.fn();
  const missing = jest.fn();
  return { loader: new TileLoader(nameOf, changed, missing), changed, missing };
}

it('asks for a few at once, in the order wanted', async () => {
  const { loader, changed } = made();
  loader.want([5, 1, 2, 3, 4, 0].map(at));
  expect(asked.map(({ url }) => url)).toEqual([
    '0/5/0',
    '0/1/0',
    '0/2/0',
    '0/3/0'
  ]);
  await asked[1].answer(true);
  expect(loader.get(at(1))).toBeDefined();
  expect(changed).toHaveBeenCalledTimes(1);
  expect(asked.map(({ url }) => url)).toContain('0/4/0');
  loader.want([at(1), at(5)]);
  expect(asked.filter(({ url }) => url === '0/1/0')).toHaveLength(1);
});

it('drops what is not wanted any more', async () => {
  const { loader, changed, missing } = made();
  loader.want([at(0), at(1)]);
  loader.want([at(1), at(2)]);
  await turn();
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([
    true,
    false,
    false
  ]);
  expect(changed).not.toHaveBeenCalled();
  loader.want([at(0)]);
  expect(asked[3].url).toBe('0/0/0');
  loader.close();
  await turn();
  expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
  expect(missing).not.toHaveBeenCalled();
});

it('says what was not there, and does not ask for it again', async () => {
  const { loader, missing } = made();
  loader.want([at(0)]);
  await asked[0].answer(false);
  expect(missing).toHaveBeenCalledTimes(1);
  loader.want([at(0)]);
  expect(asked).toHaveLength(1);
  for (let again = 0; again < 5; again++) {
    loader.retry();
    loader.want([at(0)]);
    await asked[asked.length - 1].answer(false);
  }
  expect(asked).toHaveLength(6);
  expect(missing).toHaveBeenCalledTimes(3);
});

it('keeps so many, those wanted last', async () => {
  const { loader } = made();
  for (let column = 0; column < 140; column++) {
    loader.want([at(0), at(column)]);
    await asked[asked.length - 1].answer(true);
  }
  expect(loader.get(at(0))).toBeDefined();
  expect(loader.get(at(1))).toBeUndefined();
  expect(loader.get(at(139))).toBeDefined();
});
