import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import type { ISize } from '../components/placement';
import { useSettings } from '../components/useSettings';
import type { IWorkspaceModel } from '../workspace/types';
import { Tile } from './Tile';
import type { TileCache } from './tileCache';
import { TileImage } from './TileImage';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  /** Ids of the row's tiles. */
  readonly ids: Uint32Array;
  readonly row: number;
  readonly columns: number;
  /** Where the row's top stands, in CSS pixels. */
  readonly top: number;
  readonly size: ISize;
  /** Index of the tile with the keyboard focus. */
  readonly active: number;
  readonly tiles: TileCache;
  /** Whether the view has conditions that annotations meet or not. */
  readonly judged: boolean;
  /** Leave out annotations that do not meet the view's conditions. */
  readonly onlyMatching: boolean;
}

/** One row of tiles. */
export function GridRow(props: IProps): JSX.Element {
  const { model, context, row, columns, size, tiles } = props;
  const { overlays, labels, captions } = useSettings(context.settings);
  const dataset = useStore(model.store, state => state.dataset);
  const level = useStore(model.store, state => state.shown.level);
  const selection = useStore(model.store, state => state.selection);
  const focus = useStore(model.store, state => state.focus);

  return (
    <div
      className="vl-grid-row"
      role="row"
      aria-rowindex={row + 1}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {Array.from(props.ids, (id, column) => {
        const index = row * columns + column;
        const tile = tiles.get(id);
        return (
          <Tile
            key={id}
            id={id}
            index={index}
            column={column}
            tile={tile}
            size={size}
            selected={selection.level === level && selection.ids.has(id)}
            current={tile !== undefined && tile.sample_id === focus}
            active={index === props.active}
            caption={captions}
            trans={context.trans}
          >
            {tile && (
              <TileImage
                tile={tile}
                size={size}
                dataset={dataset}
                client={context.client}
                crop={level === 'annotations'}
                overlays={overlays}
                labels={labels}
                judged={props.judged}
                onlyMatching={props.onlyMatching}
              />
            )}
          </Tile>
        );
      })}
    </div>
  );
}
