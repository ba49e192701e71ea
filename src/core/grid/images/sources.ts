/** What a grid draws from: its tiles and their thumbnails. */
import type { IClient, IThumbnail } from '../../client/context';
import type { ITile } from '../../client/types';
import type { IWorkspaceState } from '../../workspace/types';
import { TileCache, tileSource } from '../tileCache';
import { Thumbnails } from './thumbnails';

/** How many thumbnails are fetched before the tiles are laid out: about a screenful. */
const AHEAD = 96;

export interface IGridSources {
  readonly tiles: TileCache;
  readonly thumbnails: Thumbnails;
  dispose(): void;
}

/** The thumbnail of a tile; none where none was made. */
export function thumbnailOf({ sample_id, thumbnail }: ITile): IThumbnail[] {
  return thumbnail === null
    ? []
    : [{ sampleId: sample_id, version: thumbnail }];
}

/**
 * Make the sources of a workspace's grid.
 *
 * Where its ids are still to come, the tiles that the view begins with are asked for beside them,
 * and their thumbnails before anything is drawn.
 */
export function createSources(
  client: Pick<IClient, 'tiles' | 'thumbnails'>,
  state: IWorkspaceState
): IGridSources {
  const tiles = new TileCache(client);
  const thumbnails = new Thumbnails(client, state.dataset);
  if (state.pending && state.ids.length === 0) {
    void tiles
      .begin(tileSource(state))
      .then(first =>
        thumbnails.fetchAhead(first.slice(0, AHEAD).flatMap(thumbnailOf))
      );
  }
  return {
    tiles,
    thumbnails,
    dispose: () => {
      tiles.dispose();
      thumbnails.dispose();
    }
  };
}
