import { ServerConnection } from '@jupyterlab/services';
import { addPart, createClient } from '../../core/client/client';
import { EvaluationsClient, type IEvaluationsClient } from '../client';

const BASE = 'http://localhost:8888/';

/** What a call sends: method, address below the API, body. */
async function sent(
  answer: unknown,
  call: (client: IEvaluationsClient) => Promise<unknown>
): Promise<{ request: string; body: unknown; answer: unknown }> {
  let request = '';
  let body = '';
  const client = createClient(
    ServerConnection.makeSettings({
      baseUrl: BASE,
      init: { cache: 'default', credentials: 'same-origin' },
      fetch: async input => {
        const asked = input as Request;
        const place = asked.url.replace(`${BASE}visionlens/api/v1/`, '');
        request = `${asked.method} ${place}`;
        body = await asked.clone().text();
        return new Response(JSON.stringify(answer));
      }
    })
  );
  addPart(client, 'evaluations', async made => new EvaluationsClient(made));
  const got = await call(client.evaluations);
  return { request, body: body ? JSON.parse(body) : null, answer: got };
}

describe('EvaluationsClient', () => {
  it('reads, changes and deletes runs', async () => {
    const read = await sent({ runs: ['r'] }, client => client.runs('d'));
    expect(read).toMatchObject({
      request: 'GET datasets/d/runs',
      answer: ['r']
    });
    const renamed = await sent({}, client =>
      client.changeRun('d', 'a/b', { run: 'c' })
    );
    expect(renamed).toMatchObject({
      request: 'PATCH datasets/d/runs/a%2Fb',
      body: { run: 'c' }
    });
    const gone = await sent(null, client => client.deleteRun('d', 'a'));
    expect(gone.request).toBe('DELETE datasets/d/runs/a');
  });

  it('reads and deletes evaluations', async () => {
    const all = await sent({ evaluations: ['e'] }, client =>
      client.evaluations('d')
    );
    expect(all).toMatchObject({
      request: 'GET datasets/d/evaluations',
      answer: ['e']
    });
    const one = await sent({}, client => client.evaluation('d', 'e'));
    expect(one.request).toBe('GET datasets/d/evaluations/e');
    const gone = await sent(null, client => client.deleteEvaluation('d', 'e'));
    expect(gone.request).toBe('DELETE datasets/d/evaluations/e');
  });

  it('asks for counts, curves and comparisons, and starts jobs', async () => {
    const counts = { confidence: 0.5, view: null };
    expect(
      await sent({}, client => client.counts('d', 'e', counts))
    ).toMatchObject({
      request: 'POST datasets/d/evaluations/e/counts',
      body: counts
    });
    const curves = (name: string | null, confidence: number | null) =>
      sent({}, client => client.curves('d', 'e', { name, confidence }));
    expect((await curves(null, null)).request).toBe(
      'GET datasets/d/evaluations/e/curves'
    );
    expect((await curves('a b', 0.3)).request).toBe(
      'GET datasets/d/evaluations/e/curves?class=a%20b&confidence=0.3'
    );
    expect(
      await sent({}, client => client.compare('d', 'e', { other: 'f' }))
    ).toMatchObject({
      request: 'POST datasets/d/evaluations/e/compare',
      body: { other: 'f' }
    });
    expect(
      await sent({}, client => client.startJob('evaluate', 'd', { run: 'r' }))
    ).toMatchObject({
      request: 'POST jobs',
      body: { kind: 'evaluate', evaluate: { dataset: 'd', run: 'r' } }
    });
  });
});
