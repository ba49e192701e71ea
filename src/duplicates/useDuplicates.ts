/** The groups that were found, what is to be kept of them, and what becomes of the rest. */
import * as React from 'react';
import { useStore } from 'zustand';
import type { IClient } from '../core/client/context';
import type { DuplicateKind, IDuplicates } from '../embeddings/client';
import type { IErrorBody, IJob, ITile } from '../core/client/types';
import { isActive } from '../core/jobs/tracker';
import { useDatasetJob } from '../core/jobs/useDatasetJob';
import { Latest } from '../core/workspace/latest';
import type { IWorkspaceModel } from '../core/workspace/types';
import { useAction } from '../core/components/useAction';

const KINDS = ['duplicates'] as const;
/** Groups read at once. */
const PAGE = 50;
/** Tiles the server gives at once. */
const TILES = 500;

export interface IReview {
  /** All pages read so far; null until the first is there. */
  readonly found: IDuplicates | null;
  readonly tiles: ReadonlyMap<number, ITile>;
  /** Samples to keep in the place of their group's best one, by group. */
  readonly kept: ReadonlyMap<number, number>;
  readonly busy: boolean;
  readonly error: IErrorBody | null;
  /** A job that looks for them was started, and has not ended. */
  readonly started: boolean;
  /** That job, as soon as it is known; also when it has ended. */
  readonly job: IJob | null;
  more(): void;
  keep(group: number, sample: number): void;
  /** Look for them anew. */
  start(): void;
  /** Tag or remove all but the kept ones; `groups` null: of all groups. */
  resolve(action: 'tag' | 'remove', groups: readonly number[] | null): void;
}

export function useDuplicates(
  model: IWorkspaceModel,
  client: Pick<IClient, 'embeddings' | 'jobs' | 'tiles'>,
  kind: DuplicateKind
): IReview {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [last, setLast] = React.useState<IDuplicates | null>(null);
  // Those of the other kind are gone before these have come.
  const found = last?.kind === kind ? last : null;
  const [tiles, setTiles] = React.useState<ReadonlyMap<number, ITile>>(
    new Map()
  );
  const [kept, setKept] = React.useState<ReadonlyMap<number, number>>(
    new Map()
  );
  const { busy, error, run } = useAction();
  const [started, setStarted] = React.useState(false);
  const { job, look } = useDatasetJob(client, dataset, KINDS);
  React.useEffect(() => {
    if (job && !isActive(job)) {
      setStarted(false);
    }
  }, [job]);
  const latest = React.useMemo(() => new Latest(), []);

  const read = (offset: number, limit: number): Promise<boolean> =>
    run(async () => {
      const page = await latest.run(signal =>
        client.embeddings.duplicates(dataset, kind, offset, limit, signal)
      );
      if (page) {
        setLast(known =>
          offset > 0 && known
            ? { ...page, groups: [...known.groups, ...page.groups] }
            : page
        );
        const read = await readTiles(client, dataset, page);
        setTiles(known => new Map([...known, ...read]));
      }
    });

  const shown = found?.groups.length ?? 0;
  React.useEffect(() => {
    // as many as were there, so that a change does not lose one's place
    void read(0, Math.min(Math.max(shown, PAGE), 1000));
    return () => latest.abort();
    // what was read is read again when the data changes
  }, [client, dataset, version, kind]);
  React.useEffect(() => {
    setKept(new Map());
    setStarted(false);
  }, [found?.created_at]);

  return {
    found,
    tiles,
    kept,
    busy,
    error,
    started: started || (job !== null && isActive(job)),
    job,
    more: () => void read(shown, PAGE),
    keep: (group, sample) => setKept(old => new Map([...old, [group, sample]])),
    start: () =>
      void run(async () => {
        await client.embeddings.startJob('duplicates', dataset, { kind });
        setStarted(true);
        look();
      }),
    resolve: (action, groups) =>
      void run(async () => {
        if (found?.created_at) {
          await client.embeddings.resolveDuplicates(dataset, {
            kind,
            created_at: found.created_at,
            groups: groups && [...groups],
            keep: [...kept]
              .filter(([group]) => groups === null || groups.includes(group))
              .map(([, sample]) => sample),
            action
          });
          await model.refresh();
        }
      })
  };
}

/** Tiles of the members, whether or not the view shows them. */
async function readTiles(
  client: Pick<IClient, 'tiles'>,
  dataset: string,
  { groups }: IDuplicates
): Promise<Map<number, ITile>> {
  const ids = [
    ...new Set(
      groups.flatMap(({ members }) => members.map(each => each.sample_id))
    )
  ];
  const read = new Map<number, ITile>();
  for (let i = 0; i < ids.length; i += TILES) {
    const { tiles } = await client.tiles(
      dataset,
      {
        level: 'samples',
        filter: null,
        where: null,
        sql: null,
        search: null,
        outcomes: null,
        sort: [],
        all: false
      },
      ids.slice(i, i + TILES)
    );
    tiles.forEach(tile => read.set(tile.id, tile));
  }
  return read;
}
