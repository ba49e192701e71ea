import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { ISearch, ITile, Level } from '../core/client/types';
import { formatCount } from '../core/components/format';
import type { IWorkspaceModel } from '../core/workspace/types';
import { type Kind, removeExamples } from './searchSpec';

/** Examples that are shown each; the rest is one chip. */
const SHOWN = 6;

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly search: ISearch;
  readonly level: Level;
  readonly kind: Kind;
  readonly onChange: (search: ISearch) => void;
}

/** The images or objects that what is searched looks like, or does not. */
export function Examples(props: IProps): JSX.Element {
  const { context, search, kind, onChange } = props;
  const { trans } = context;
  const ids = search[kind];
  const rest = ids.slice(SHOWN);
  const tiles = useExampleTiles(props);
  return (
    <>
      {ids.slice(0, SHOWN).map(id => (
        <Example
          key={id}
          {...props}
          id={id}
          tile={tiles.get(id)}
          onRemove={() => onChange(removeExamples(search, kind, [id]))}
        />
      ))}
      {rest.length > 0 && (
        <span className="vl-chip vl-search-chip">
          <span className="vl-chip-text">+{formatCount(rest.length)}</span>
          <button
            type="button"
            className="vl-chip-remove"
            aria-label={trans.__('Remove the other examples')}
            title={trans.__('Remove the other examples')}
            onClick={() => onChange(removeExamples(search, kind, rest))}
          >
            ✕
          </button>
        </span>
      )}
    </>
  );
}

function Example(
  props: IProps & { id: number; tile?: ITile; onRemove: () => void }
): JSX.Element {
  const { model, context, level, id, tile } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const name = tile?.filename ?? `${id}`;
  const url =
    tile &&
    (level === 'annotations' && tile.crop
      ? client.cropUrl(dataset, id, {
          version: tile.crop,
          size: 96,
          aspect: 1
        })
      : client.thumbnailUrl(dataset, tile.sample_id, tile.thumbnail));
  return (
    <span className="vl-chip vl-search-chip">
      {url ? <img src={url} alt={name} title={name} /> : name}
      <button
        type="button"
        className="vl-chip-remove"
        aria-label={trans.__('Remove %1 from the search', name)}
        title={trans.__('Remove %1 from the search', name)}
        onClick={props.onRemove}
      >
        ✕
      </button>
    </span>
  );
}

/** Tiles of the examples, whether or not the view still shows them. */
function useExampleTiles({
  model,
  context,
  search,
  level,
  kind
}: IProps): ReadonlyMap<number, ITile> {
  const { client } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const [tiles, setTiles] = React.useState<ReadonlyMap<number, ITile>>(
    new Map()
  );
  const ids = search[kind].slice(0, SHOWN);
  const key = JSON.stringify([dataset, level, ids]);
  React.useEffect(() => {
    if (ids.length === 0) {
      return;
    }
    const abort = new AbortController();
    const everything = {
      level,
      filter: null,
      where: null,
      sql: null,
      search: null,
      outcomes: null,
      sort: [],
      all: level === 'annotations'
    };
    client
      .tiles(dataset, everything, ids, {}, abort.signal)
      .then(answer =>
        setTiles(new Map(answer.tiles.map(tile => [tile.id, tile])))
      )
      .catch(() => undefined);
    return () => abort.abort();
    // the key says what is asked for
  }, [client, key]);
  return tiles;
}
