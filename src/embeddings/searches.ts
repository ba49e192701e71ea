/** Searches for what looks like a text or an image file. */
import type { ISearches } from '../core/client/context';
import { VisionLensError } from '../core/client/errors';
import type { IQuery, ISearch } from '../core/client/types';
import type { IEmbeddingsClient, IEmbeddingSpace } from './client';
import { chooseSpace, emptySearch, setQuery } from './searchSpec';

/** Characters of a file's name that are kept, from its end. */
const NAME = 300;
/** Bytes turned into text at a time: arguments of one call have a limit. */
const CHUNK = 0x8000;

/** What the views search with; rejects with a `VisionLensError` where no embeddings fit. */
export class Searches implements ISearches {
  constructor(private readonly _client: IEmbeddingsClient) {}

  async offered(dataset: string): Promise<boolean> {
    return (await this._client.spaces(dataset)).length > 0;
  }

  queries(
    dataset: string,
    space: string,
    signal?: AbortSignal
  ): Promise<IQuery[]> {
    return this._client.queries(dataset, space, signal);
  }

  byText(
    dataset: string,
    text: string,
    current: ISearch | null
  ): Promise<ISearch> {
    return this._encode(dataset, { text }, current);
  }

  async byImage(
    dataset: string,
    file: File,
    current: ISearch | null
  ): Promise<ISearch> {
    const image = await base64(file);
    const name = file.name.slice(-NAME);
    return this._encode(dataset, { image, name }, current);
  }

  /** Encode a query with a space that fits. */
  private async _encode(
    dataset: string,
    query: { text: string } | { image: string; name: string },
    current: ISearch | null
  ): Promise<ISearch> {
    const spaces = await this._client.spaces(dataset);
    const space = chooseSpace(spaces, current?.space, {
      text: 'text' in query
    });
    if (space === null) {
      throw spaces.length > 0
        ? wordless(spaces)
        : missing('There are no embeddings yet.');
    }
    const encoded = await this._client.encode(dataset, {
      space: space.space,
      ...query
    });
    const search = {
      ...emptySearch(space.space),
      ...(current && { k: current.k, threshold: current.threshold })
    };
    return setQuery(search, encoded.query);
  }
}

/** There are no embeddings that a search needs. */
export function missing(message: string): VisionLensError {
  return new VisionLensError({
    code: 'SPACE_NOT_FOUND',
    message,
    hint: 'Compute embeddings first: open the map, it offers to.',
    details: {},
    request_id: null
  });
}

/** None of the spaces knows texts. */
function wordless(spaces: readonly IEmbeddingSpace[]): VisionLensError {
  return new VisionLensError({
    code: 'TEXT_UNSUPPORTED',
    message: `The embeddings of this dataset (${spaces.map(({ space }) => space).join(', ')}) know no texts.`,
    hint: 'Compute some with a model of images and text: “New…” on the map lists them.',
    details: {},
    request_id: null
  });
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}
