import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ITile, Level } from '../client/types';
import type { ISize } from '../components/placement';

interface IProps {
  readonly id: number;
  readonly level: Level;
  readonly index: number;
  readonly column: number;
  readonly tile: ITile | undefined;
  readonly size: ISize;
  readonly selected: boolean;
  /** Whether the sample panel shows it. */
  readonly current: boolean;
  /** Whether it takes the keyboard focus of the grid. */
  readonly active: boolean;
  readonly caption: boolean;
  readonly trans: TranslationBundle;
  readonly children: React.ReactNode;
}

function className({ selected, current, tile }: IProps): string {
  return [
    'vl-tile',
    selected && 'vl-mod-selected',
    current && 'vl-mod-current',
    tile === undefined && 'vl-mod-loading'
  ]
    .filter(Boolean)
    .join(' ');
}

/** What a tile is called: its file, at the level of annotations with the class of its own. */
function nameOf({ level, tile, trans }: IProps): string {
  if (tile === undefined) {
    return trans.__('Loading');
  }
  return level === 'samples'
    ? tile.filename
    : trans.__('%1 in %2', tile.classes[0] ?? '–', tile.filename);
}

/** One cell of the grid: the image, a check mark when selected, the file name. */
export function Tile(props: IProps): JSX.Element {
  const { id, tile, size, selected } = props;
  return (
    <div
      className={className(props)}
      role="gridcell"
      data-id={id}
      data-index={props.index}
      data-testid={`tile-${id}`}
      aria-selected={selected}
      aria-colindex={props.column + 1}
      aria-label={nameOf(props)}
      aria-busy={tile === undefined}
      tabIndex={props.active ? 0 : -1}
      style={{ width: size.width }}
    >
      {tile === undefined ? (
        <div
          className="vl-tile-image"
          style={{ width: size.width, height: size.height }}
        />
      ) : (
        props.children
      )}
      {selected && (
        <svg className="vl-tile-check" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="8" />
          <path d="M4.5 8.3l2.4 2.4 4.6-5" />
        </svg>
      )}
      {props.caption && (
        <div className="vl-tile-caption">{tile?.filename ?? '\u00a0'}</div>
      )}
    </div>
  );
}
