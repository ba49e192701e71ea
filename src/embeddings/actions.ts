/** Searches that gestures begin: like these, like a text, like an image file. */
import type { IClient } from '../core/client/context';
import type { IEmbeddingSpace } from './client';
import type { ISearch, Level } from '../core/client/types';
import { VisionLensError } from '../core/client/errors';
import type { IWorkspaceModel } from '../core/workspace/types';
import {
  addExamples,
  chooseSpace,
  emptySearch,
  FOUND,
  type Kind,
  setQuery,
  similarTo
} from './searchSpec';
import { type IExamples } from '../core/plugins/commandTarget';

/** Server and workspace of a gesture. */
interface IPlace {
  readonly model: IWorkspaceModel;
  readonly client: Pick<IClient, 'embeddings'>;
}

function missing(message: string): VisionLensError {
  return new VisionLensError({
    code: 'SPACE_NOT_FOUND',
    message,
    hint: 'Compute embeddings first: open the map, it offers to.',
    details: {},
    request_id: null
  });
}

function missingOf(level: Level): VisionLensError {
  return missing(
    level === 'samples'
      ? 'The images have no embeddings yet.'
      : 'The annotations have no embeddings yet.'
  );
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

/**
 * Look for what is like these, or add them to the search there is.
 *
 * Rejects with a `VisionLensError` where the level has no embeddings.
 */
export async function findSimilar(
  { model, client }: IPlace,
  { level, ids }: IExamples,
  kind: Kind = 'like',
  add = kind === 'unlike'
): Promise<void> {
  const { dataset, view } = model.store.getState();
  const search = view.search ?? null;
  const spaces = await client.embeddings.spaces(dataset);
  const space = chooseSpace(spaces, search?.space, { level });
  if (space === null) {
    throw missingOf(level);
  }
  const goesOn = add && search?.space === space.space;
  model.setSearch(
    goesOn
      ? addExamples(search, kind, ids)
      : kind === 'like'
        ? similarTo(search, space.space, ids)
        : addExamples(emptySearch(space.space), kind, ids)
  );
}

/**
 * Draw from what the view lets through: rows unlike each other, or those farthest from all others.
 *
 * Rejects with a `VisionLensError` where the view's level has no embeddings.
 */
export async function drawSample(
  { model, client }: IPlace,
  mode: 'diverse' | 'outliers'
): Promise<void> {
  const { dataset, view } = model.store.getState();
  const search = view.search ?? null;
  const { level } = view;
  const spaces = await client.embeddings.spaces(dataset);
  const space = chooseSpace(spaces, search?.space, { level });
  if (space === null) {
    throw missingOf(level);
  }
  model.setSearch({
    ...emptySearch(space.space),
    mode,
    k: search?.k ?? FOUND
  });
}

/** Encode a query with a space that fits and search for it; `add`: beside what is searched now. */
async function searchQuery(
  { model, client }: IPlace,
  given: { text: string } | { image: string; name: string },
  add: boolean
): Promise<void> {
  const { dataset, view } = model.store.getState();
  const search = view.search ?? null;
  const spaces = await client.embeddings.spaces(dataset);
  const isText = 'text' in given;
  const space = chooseSpace(spaces, search?.space, { text: isText });
  if (space === null) {
    throw spaces.length > 0
      ? wordless(spaces)
      : missing('There are no embeddings yet.');
  }
  const { query } = await client.embeddings.encode(dataset, {
    space: space.space,
    ...given
  });
  const base: ISearch =
    add && search?.space === space.space
      ? search
      : {
          ...emptySearch(space.space),
          ...(search && { k: search.k, threshold: search.threshold })
        };
  model.setSearch(setQuery(base, query));
}

/** Search by what a text describes. */
export function searchText(
  place: IPlace,
  text: string,
  add = false
): Promise<void> {
  return searchQuery(place, { text }, add);
}

/** Search by an image file of this computer; it is not added to the dataset. */
export async function searchImage(
  place: IPlace,
  file: File,
  add = false
): Promise<void> {
  const image = await base64(file);
  await searchQuery(place, { image, name: file.name.slice(-NAME) }, add);
}

/** Characters of a file's name that are kept, from its end. */
const NAME = 300;
/** Bytes turned into text at a time: arguments of one call have a limit. */
const CHUNK = 0x8000;

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}
