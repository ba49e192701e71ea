import { ServerConnection } from '@jupyterlab/services';
import { AnalysisClient, type IAnalysisClient } from '../client';
import { addPart, createClient } from '../../core/client/client';

const BASE = 'http://localhost:8888/';

/** What a call sends (method, address below the API, body), and what it makes of the answer. */
async function sent(
  answer: unknown,
  call: (client: IAnalysisClient) => Promise<unknown>
): Promise<[request: string, body: unknown, answer: unknown]> {
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
        return new Response(JSON.stringify(answer), {
          headers: { 'Content-Disposition': 'attachment; filename="f.html"' }
        });
      }
    })
  );
  addPart(client, 'analysis', async made => new AnalysisClient(made));
  const got = await call(client.analysis);
  return [request, body ? JSON.parse(body) : null, got];
}

describe('AnalysisClient', () => {
  it.each<
    [
      string,
      (client: IAnalysisClient) => Promise<unknown>,
      { answer?: object; body?: object; got?: unknown }
    ]
  >([
    [
      'GET datasets/d/findings?evaluation=a%2Fb',
      client => client.findings('d', 'a/b'),
      { answer: { findings: ['f'] }, got: ['f'] }
    ],
    [
      'PATCH datasets/d/findings/f',
      client => client.changeFinding('d', 'f', { status: 'verified' }),
      { body: { status: 'verified' } }
    ],
    [
      'DELETE datasets/d/findings/f',
      client => client.deleteFinding('d', 'f'),
      {}
    ],
    [
      'GET datasets/d/analyses',
      client => client.analyses('d', null),
      { answer: { analyses: ['a'] }, got: ['a'] }
    ],
    [
      'GET datasets/d/analyses?evaluation=e',
      client => client.analyses('d', 'e'),
      { answer: { analyses: ['a'] }, got: ['a'] }
    ],
    [
      'GET datasets/d/attributes',
      client => client.attributes('d'),
      { answer: { attributes: ['a'] }, got: ['a'] }
    ],
    [
      'DELETE datasets/d/attributes/lighting',
      client => client.deleteAttribute('d', 'lighting'),
      {}
    ],
    [
      'GET datasets/d/attributes/lighting/calibration?answer=at%20night&count=20',
      client =>
        client.calibrationTask('d', 'lighting', {
          answer: 'at night',
          count: 20
        }),
      {}
    ],
    [
      'POST datasets/d/attributes/lighting/calibration',
      client =>
        client.calibrate('d', 'lighting', {
          answer: 'yes',
          labels: { 3: true }
        }),
      { body: { answer: 'yes', labels: { 3: true } } }
    ],
    [
      'GET vision-models',
      client => client.visionModels(),
      { answer: { models: ['m'] }, got: { models: ['m'] } }
    ],
    ['GET agent-settings', client => client.agentSettings(), {}],
    [
      'GET datasets/d/agents',
      client => client.agentRuns('d'),
      { answer: { runs: ['r'] }, got: ['r'] }
    ],
    ['GET datasets/d/agents/r', client => client.agentRun('d', 'r', null), {}],
    [
      'GET datasets/d/agents/r?after=4',
      client => client.agentRun('d', 'r', 4),
      {}
    ],
    [
      'POST jobs',
      client => client.startJob('analyse', 'd', { depth: 3 }),
      { body: { kind: 'analyse', analyse: { dataset: 'd', depth: 3 } } }
    ]
  ])('sends %s', async (request, call, { answer = {}, body, got }) => {
    const [asked, sentBody, received] = await sent(answer, call);
    expect(asked).toBe(request);
    expect(sentBody).toEqual(body ?? null);
    if (got !== undefined) {
      expect(received).toEqual(got);
    }
  });

  it('names a report as the server does', async () => {
    const [request, body, got] = await sent('x', client =>
      client.report('d', { format: 'html', findings: ['f'] })
    );
    expect(request).toBe('POST datasets/d/findings-report');
    expect(body).toEqual({ format: 'html', findings: ['f'] });
    expect(got).toMatchObject({ name: 'f.html' });
  });
});
