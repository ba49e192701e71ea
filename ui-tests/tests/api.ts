/** What the server says, asked from the page as the panels would. */
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';

interface IAnswer {
  readonly status: number;
  readonly scores: boolean;
  readonly base64: string;
}

async function ask(
  page: IJupyterLabPageFixture,
  path: string,
  body?: unknown
): Promise<Buffer & { scores?: boolean }> {
  const answer: IAnswer = await page.evaluate(
    async ([address, data]) => {
      const { serverSettings } = window.jupyterapp.serviceManager;
      const token = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? '';
      const response = await fetch(
        `${serverSettings.baseUrl}visionlens/api/v1/${address}`,
        {
          method: data === null ? 'GET' : 'POST',
          headers: { 'X-XSRFToken': token },
          body: data
        }
      );
      const bytes = new Uint8Array(await response.arrayBuffer());
      let binary = '';
      bytes.forEach(byte => (binary += String.fromCharCode(byte)));
      return {
        status: response.status,
        scores: response.headers.get('VisionLens-Scores') !== null,
        base64: btoa(binary)
      };
    },
    [path, body === undefined ? null : JSON.stringify(body)] as const
  );
  const content = Buffer.from(answer.base64, 'base64');
  expect(answer.status, content.toString().slice(0, 300)).toBeLessThan(300);
  return Object.assign(content, { scores: answer.scores });
}

/** The JSON that a route answers; POST where there is a body. */
export async function json(
  page: IJupyterLabPageFixture,
  path: string,
  body?: unknown
): Promise<any> {
  return JSON.parse((await ask(page, path, body)).toString());
}

/** Numbers of four bytes that a route answers. */
export async function numbers<T extends Uint32Array | Float32Array>(
  page: IJupyterLabPageFixture,
  path: string,
  type: new (buffer: ArrayBuffer) => T
): Promise<T> {
  const content = await ask(page, path);
  return new type(new Uint8Array(content).buffer);
}

/** Ids and scores of a view in its order. */
export async function view(
  page: IJupyterLabPageFixture,
  dataset: string,
  spec: unknown
): Promise<{ ids: number[]; scores: number[] }> {
  const content = await ask(page, `datasets/${dataset}/view`, spec);
  const { buffer } = new Uint8Array(content);
  const count = buffer.byteLength / (content.scores ? 8 : 4);
  return {
    ids: [...new Uint32Array(buffer, 0, count)],
    scores: content.scores ? [...new Float32Array(buffer, 4 * count)] : []
  };
}

/** What the server keeps of one workspace. */
export class ServedWorkspace {
  constructor(
    private readonly _page: IJupyterLabPageFixture,
    readonly dataset: string,
    readonly id: string
  ) {}

  /** Ids of its view, in order. */
  async ids(): Promise<number[]> {
    return [...(await numbers(this._page, `${this._path}/ids`, Uint32Array))];
  }

  /** Selected ids, ascending. */
  async selection(): Promise<number[]> {
    const ids = await numbers(
      this._page,
      `${this._path}/selection`,
      Uint32Array
    );
    return [...ids].sort((a, b) => a - b);
  }

  async view(): Promise<any> {
    return (await json(this._page, this._path)).view;
  }

  private get _path(): string {
    return `datasets/${this.dataset}/workspaces/${this.id}`;
  }
}
