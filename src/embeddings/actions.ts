/** Searches that commands begin: for what is like these, or a sample of the view. */
import type { IClient } from '../core/client/context';
import type { VisionLensError } from '../core/client/errors';
import type { Level } from '../core/client/types';
import type { IWorkspaceModel } from '../core/workspace/types';
import {
  addExamples,
  chooseSpace,
  emptySearch,
  FOUND,
  type Kind,
  similarTo
} from './searchSpec';
import type { IExamples } from '../core/plugins/commands/commandTarget';
import { missing } from './searches';

/** Server and workspace of a gesture. */
interface IPlace {
  readonly model: IWorkspaceModel;
  readonly client: Pick<IClient, 'embeddings'>;
}

function missingOf(level: Level): VisionLensError {
  return missing(
    level === 'samples'
      ? 'The images have no embeddings yet.'
      : 'The annotations have no embeddings yet.'
  );
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
