import { state, tile } from '../../../components/__tests__/fakes';
import { fakeObjectUrls } from '../../../components/__tests__/viewport';
import type { IClient, IThumbnail } from '../../../client/context';
import { tileSource } from '../../tileCache';
import { createSources } from '../sources';

const OPENING = state({
  ids: new Uint32Array(0),
  pending: true,
  detail: null
});
const TILES = [tile(100), tile(101), tile(102, { thumbnail: null })];

function recorded() {
  const log: string[] = [];
  const client = {
    tiles: jest.fn(async (_d, _v, which: object) => {
      log.push('first' in which ? 'first tiles' : 'tiles');
      return { version: 1, tiles: TILES };
    }),
    thumbnails: jest.fn(async (_: string, wanted: readonly IThumbnail[]) => {
      log.push(`thumbnails ${wanted.map(({ sampleId }) => sampleId)}`);
      return wanted.map(() => new Blob(['x']));
    })
  } as unknown as jest.Mocked<IClient>;
  return { client, log };
}

const settle = () => new Promise(resolve => setTimeout(resolve, 20));

describe('createSources', () => {
  beforeEach(() => void fakeObjectUrls());

  it('asks for the first tiles beside the ids, then for their thumbnails, and no more', async () => {
    const { client, log } = recorded();
    const { tiles, thumbnails } = createSources(client, OPENING);
    // before anything is drawn, and before the ids have come
    expect(log).toEqual(['first tiles']);
    await settle();
    expect(log).toEqual(['first tiles', 'thumbnails 100,101']);

    const shown = state({ detail: null });
    tiles.follow(tileSource(shown));
    tiles.want([100, 101, 102]);
    expect(tiles.get(100)?.filename).toBe('image_100.jpg');
    thumbnails.hold({ sampleId: 100, version: 'v1' }, jest.fn());
    await settle();
    expect(log).toHaveLength(2);
    // Then it is told that there are boxes only, which changes nothing.
    tiles.follow(tileSource(state()));
    tiles.want([100, 101, 102]);
    await settle();
    expect(log).toHaveLength(2);
    // Another version of the dataset has other tiles.
    const answered = new Promise<void>(resolve => {
      tiles.subscribe(resolve);
    });
    tiles.follow(tileSource(state({ datasetVersion: 2 })));
    await answered;
    expect(log).toEqual([...log.slice(0, 2), 'tiles']);
  });

  it('asks for all geometry until it is known that there is none', () => {
    const { client } = recorded();
    createSources(client, OPENING);
    expect(client.tiles.mock.calls[0][3]).toEqual({ geometry: true });
    expect(tileSource(state()).geometry).toBe(false);
  });

  it('asks for nothing ahead where the ids are here', async () => {
    const { client, log } = recorded();
    createSources(client, state());
    await settle();
    expect(log).toEqual([]);
  });

  it('asks by ids where the first tiles did not come', async () => {
    const { client, log } = recorded();
    client.tiles.mockRejectedValueOnce(new Error('no answer'));
    const { tiles } = createSources(client, OPENING);
    await settle();
    expect(tiles.error).toBeNull();
    tiles.follow(tileSource(OPENING));
    tiles.want([100]);
    await settle();
    expect(log).toEqual(['tiles']);
    expect(tiles.get(100)).toBeDefined();
  });

  it('lets the first tiles go when another view is shown before they come', async () => {
    const { client } = recorded();
    const { tiles } = createSources(client, OPENING);
    const signal = client.tiles.mock.calls[0][4]!;
    tiles.follow({ ...tileSource(OPENING), datasetVersion: 2 });
    expect(signal.aborted).toBe(true);
    await settle();
    expect(tiles.get(100)).toBeUndefined();
  });
});
