import { ServerConnection } from '@jupyterlab/services';
import { createClient } from '../client';
import { errorBody, isAbort, VisionLensError } from '../errors';

interface ISent {
  url: string;
  method: string;
  body: string;
  type: string | null;
}

const BASE = 'http://localhost:8888/hub/user/';

function connect(answer: () => Response | Promise<Response>) {
  const sent: ISent[] = [];
  const client = createClient(
    ServerConnection.makeSettings({
      baseUrl: BASE,
      // As in a built Lab; otherwise each address ends in the time.
      init: { cache: 'default', credentials: 'same-origin' },
      fetch: async input => {
        const request = input as Request;
        sent.push({
          url: request.url,
          method: request.method,
          body: await request.clone().text(),
          type: request.headers.get('Content-Type')
        });
        return answer();
      }
    })
  );
  return { client, sent };
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status });

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('should have been refused');
    },
    reason => reason
  );
}

describe('Client', () => {
  it('stays below the base URL and escapes names', async () => {
    const { client, sent } = connect(() => json({ name: 'x' }));
    await client.dataset('a b/../c');
    expect(sent[0].url).toBe(
      `${BASE}visionlens/api/v1/datasets/a%20b%2F..%2Fc`
    );
    expect(client.thumbnailUrl('d', 7, 'k&1')).toBe(
      `${BASE}visionlens/api/v1/datasets/d/samples/7/thumbnail?v=k%261`
    );
    expect(client.thumbnailUrl('d', 7, null)).not.toContain('?');
    expect(client.imageUrl('d', 7)).toBe(
      `${BASE}visionlens/api/v1/datasets/d/samples/7/image`
    );
  });

  it('takes thumbnails apart', async () => {
    const body = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 8, 9);
    const { client, sent } = connect(() => new Response(body));
    const wanted = [1, 2, 3].map(sampleId => ({ sampleId, version: 'v' }));
    const images = await client.thumbnails('d', wanted);
    expect(sent[0].url).toBe(`${BASE}visionlens/api/v1/datasets/d/thumbnails`);
    expect(JSON.parse(sent[0].body)).toEqual({
      samples: [1, 2, 3],
      versions: ['v', 'v', 'v']
    });
    expect(images.map(image => image?.size)).toEqual([2, undefined, 1]);
    expect(images[0]?.type).toBe('image/webp');
  });

  it('sends each request to its resource', async () => {
    const { client, sent } = connect(() =>
      json({ datasets: [], formats: [], jobs: [], lines: [] })
    );
    const view = {
      level: 'samples' as const,
      filter: null,
      where: null,
      sql: null,
      sort: [],
      all: false,
      search: null,
      outcomes: null
    };
    await client.about();
    await client.datasets();
    await client.formats();
    await client.report('d', 5, 10);
    await client.tiles('d', view, [1]);
    await client.facets('d', { view });
    await client.predicate('d', { text: 'a = 1' });
    await client.sample('d', 3, view);
    await client.tag('d', { tag: 't', ids: [1] });
    await client.createWorkspace('d', null);
    await client.workspace('d', 'w');
    await client.changeWorkspace('d', 'w', { base_version: 1, origin: 'me' });
    await client.detect({ source: '/x' });
    await client.jobs();
    await client.job('j');
    await client.startIngest({ source: '/x' });
    await client.cancelJob('j');
    await client.jobLog('j');
    await client.deleteDataset('d');
    const short = sent.map(
      ({ method, url }) =>
        `${method} ${url.slice((BASE + 'visionlens/api/v1/').length)}`
    );
    expect(short).toEqual([
      'GET about',
      'GET datasets',
      'GET formats',
      'GET datasets/d/report?offset=5&limit=10',
      'POST datasets/d/tiles',
      'POST datasets/d/facets',
      'POST datasets/d/predicate',
      'POST datasets/d/samples/3',
      'POST datasets/d/tags',
      'POST datasets/d/workspaces',
      'GET datasets/d/workspaces/w',
      'PATCH datasets/d/workspaces/w',
      'POST detect',
      'GET jobs',
      'GET jobs/j',
      'POST jobs',
      'DELETE jobs/j',
      'GET jobs/j/log',
      'DELETE datasets/d'
    ]);
    expect(JSON.parse(sent[15].body)).toEqual({
      kind: 'ingest',
      ingest: { source: '/x' }
    });
  });

  it('reads ids and their headers', async () => {
    const { client } = connect(
      () =>
        new Response(Uint32Array.from([5, 4_000_000_000]).buffer, {
          headers: { 'VisionLens-Total': '9', 'VisionLens-Version': '3' }
        })
    );
    const answer = await client.workspaceIds('d', 'w');
    expect([...answer.ids]).toEqual([5, 4_000_000_000]);
    expect(answer).toMatchObject({ total: 9, version: 3 });
    expect([...(await client.selection('d', 'w'))]).toEqual([5, 4_000_000_000]);
  });

  it('reads the scores that follow the ids of a search', async () => {
    const body = new Uint8Array(16);
    body.set(new Uint8Array(Uint32Array.from([7, 3]).buffer));
    body.set(new Uint8Array(Float32Array.from([1, 0.5]).buffer), 8);
    const { client } = connect(
      () => new Response(body, { headers: { 'VisionLens-Scores': '1' } })
    );
    const answer = await client.workspaceIds('d', 'w');
    expect([...answer.ids]).toEqual([7, 3]);
    expect([...(answer.scores ?? [])]).toEqual([1, 0.5]);
  });

  it('sends a selection as bytes', async () => {
    const { client, sent } = connect(() => json({}));
    await client.putSelection('d', 'w', Uint32Array.from([1, 2]), {
      baseVersion: 4,
      origin: 'me',
      level: 'samples'
    });
    expect(sent[0].url).toContain(
      'workspaces/w/selection?base_version=4&origin=me&level=samples'
    );
    expect(sent[0].type).toBe('application/octet-stream');
    expect(sent[0].method).toBe('PUT');
  });

  it('passes the error shape on', async () => {
    const body = {
      code: 'DIR_NOT_FOUND',
      message: 'There is no /x.',
      hint: 'Check the path.',
      details: { path: '/x' },
      request_id: 'r1'
    };
    const { client } = connect(() => json(body, 404));
    const error = await failure(client.detect({ source: '/x' }));
    expect(error).toBeInstanceOf(VisionLensError);
    expect((error as VisionLensError).status).toBe(404);
    expect((error as VisionLensError).hint).toBe('Check the path.');
    expect(errorBody(error)).toEqual(body);
  });

  it.each([
    [403, 'NOT_AUTHENTICATED'],
    [502, 'INTERNAL']
  ])('makes an error of a foreign answer: %i', async (status, code) => {
    const { client } = connect(() => new Response('<html>', { status }));
    const error = (await failure(client.about())) as VisionLensError;
    expect(error.code).toBe(code);
    expect(error.status).toBe(status);
    expect(error.hint).not.toBe('');
  });

  it('tells an unreachable server from an aborted request', async () => {
    const { client } = connect(() => Promise.reject(new TypeError('network')));
    const error = (await failure(client.about())) as VisionLensError;
    expect(error.code).toBe('SERVER_UNREACHABLE');
    const controller = new AbortController();
    controller.abort();
    const aborted = await failure(
      client.detect({ source: 'x' }, controller.signal)
    );
    expect(isAbort(aborted)).toBe(true);
  });

  it('has a body for whatever was thrown', () => {
    expect(errorBody('plain').message).toBe('plain');
    expect(errorBody(new Error('boom'))).toMatchObject({
      code: 'INTERNAL',
      message: 'boom'
    });
  });
});
