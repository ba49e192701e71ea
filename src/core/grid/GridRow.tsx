import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import type { ISize } from '../components/placement';
import type { Skeletons } from '../overlays/shapes';
import { useSettings } from '../components/useSettings';
import type { IWorkspaceModel } from '../workspace/types';
import { Tile } from './Tile';
import type { Thumbnails } from './images/thumbnails';
import type { TileCache } from './tileCache';
import { TileImage } from './images/TileImage';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  /** Ids of the whole view. */
  readonly ids: Uint32Array;
  readonly row: number;
  readonly columns: number;
  /** Where the row's top stands, in CSS pixels. */
  readonly top: number;
  readonly size: ISize;
  /** Index of the tile with the keyboard focus where it is in this row, else -1. */
  readonly active: number;
  readonly tiles: TileCache;
  /** Counts changes of `tiles`. */
  readonly revision: number;
  readonly thumbnails: Thumbnails;
  readonly skeletons: Skeletons;
  /** Whether the view has conditions that annotations meet or not. */
  readonly judged: boolean;
  readonly scrolling: () => boolean;
}

/** One row of tiles; drawn again only when something of it changed, not at each scroll. */
export const GridRow = React.memo(function GridRow(props: IProps): JSX.Element {
  const { model, context, ids, row, columns, size, tiles } = props;
  const settings = useSettings(context.settings);
  const dataset = useStore(model.store, state => state.dataset);
  const level = useStore(model.store, state => state.shown.level);
  const selection = useStore(model.store, state => state.selection);
  const focus = useStore(model.store, state => state.focus);
  const first = row * columns;

  return (
    <div
      className="vl-grid-row"
      role="row"
      aria-rowindex={row + 1}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {Array.from(ids.subarray(first, first + columns), (id, column) => {
        const index = first + column;
        const tile = tiles.get(id);
        return (
          <Tile
            key={id}
            id={id}
            level={level}
            index={index}
            column={column}
            tile={tile}
            size={size}
            selected={selection.level === level && selection.ids.has(id)}
            current={tile !== undefined && tile.sample_id === focus}
            active={index === props.active}
            caption={settings.captions}
            trans={context.trans}
          >
            {tile && (
              <TileImage
                tile={tile}
                size={size}
                dataset={dataset}
                client={context.client}
                thumbnails={props.thumbnails}
                crop={level === 'annotations'}
                settings={settings}
                skeletons={props.skeletons}
                judged={props.judged}
                scrolling={props.scrolling}
                trans={context.trans}
              />
            )}
          </Tile>
        );
      })}
    </div>
  );
});
