import * as React from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import type { IWorkspaceContext } from '../client/context';
import { isJudged } from '../outcomes/annotationTerms';
import { ErrorBox } from '../components/ErrorBox';
import { skeletonsOf, type Skeletons } from '../overlays/shapes';
import { noPreview, useSignedOut } from '../components/signedOut';
import { useSettings } from '../components/useSettings';
import { useSize } from '../components/useSize';
import type { IWorkspaceModel } from '../workspace/types';
import { gridPointer } from './gridPointer';
import { HoverCard } from './HoverCard';
import { layoutGrid } from './layout';
import { type IGridSources, thumbnailOf } from './images/sources';
import { useActiveTile } from './useActiveTile';
import { useFollow } from './useFollow';
import { useGridKeys } from './useGridKeys';
import { type IHover, useHover } from './useHover';
import { useRowsAhead } from './lookAhead';
import { idsOf, type TileCache, useTiles } from './tileCache';
import { type IViewport, useViewport } from './useViewport';
import type { ISize } from '../components/placement';
import type { Thumbnails } from './images/thumbnails';
import { TileImage } from './images/TileImage';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITile, Level } from '../client/types';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IWorkspaceContext;
  readonly sources: IGridSources;
  readonly tileSize: number;
  readonly onOpen: (sampleId: number) => void;
}

/** The virtualised tiles of a view. */
export function TileGrid(props: IProps): JSX.Element {
  const { model, context, tileSize, onOpen } = props;
  const { tiles, thumbnails } = props.sources;
  const { settings, trans } = context;
  const { captions } = useSettings(settings);
  const ids = useStore(model.store, state => state.ids);
  const view = useStore(model.store, state => state.shown);
  const focus = useStore(model.store, state => state.focus);
  const pending = useStore(model.store, state => state.pending);
  const detail = useStore(model.store, state => state.detail);
  const skeletons = React.useMemo(() => skeletonsOf(detail), [detail]);

  const scroller = React.useRef<HTMLDivElement>(null);
  const { width, height } = useSize(scroller);
  const layout = layoutGrid(ids.length, width, tileSize, captions);
  const { columns, rows, rowHeight } = layout;
  const size = React.useMemo(
    () => ({ width: layout.tile.width, height: layout.tile.height }),
    [layout.tile.width, layout.tile.height]
  );
  const [active, setActive] = useActiveTile(ids);
  const viewport = useViewport(
    scroller,
    rows,
    rowHeight,
    height,
    Math.floor(active / columns)
  );
  useLookAhead(props, viewport, rows, columns);
  const { hover, clear: clearHover, onPointerMove } = useHover();
  const reveal = (index: number): void =>
    viewport.reveal(Math.floor(index / columns));

  const sampleOf = (id: number): number | undefined =>
    view.level === 'samples' ? id : tiles.get(id)?.sample_id;
  const open = (id: number): void => {
    const sample = sampleOf(id);
    if (sample !== undefined) {
      onOpen(sample);
    }
  };
  const pointer = gridPointer({ model, setActive, sampleOf, open });
  const onKeyDown = useGridKeys({
    model,
    scroller,
    ids,
    active,
    setActive,
    columns,
    pageRows: Math.floor(height / rowHeight),
    reveal,
    open
  });
  useFollow({
    ids,
    view,
    focus,
    active,
    setActive,
    reveal,
    toTop: viewport.toTop
  });

  const judged = isJudged(view, detail?.fields ?? []);
  const dataset = useStore(model.store, state => state.dataset);
  const missing = noPreview(context, useSignedOut(context, dataset));
  return (
    <>
      <Refusal tiles={tiles} trans={trans} />
      <div
        ref={scroller}
        className="vl-grid-scroller"
        role="grid"
        aria-label={trans.__('Tiles of the view')}
        aria-multiselectable="true"
        aria-rowcount={rows}
        aria-colcount={columns}
        aria-busy={pending}
        {...pointer}
        onKeyDown={onKeyDown}
        onPointerDown={clearHover}
        onPointerMove={onPointerMove}
        onPointerLeave={clearHover}
        onScroll={clearHover}
      >
        <div
          className="vl-grid-content"
          role="presentation"
          style={{ height: viewport.height }}
        >
          {viewport.rows.map(row => (
            <GridRow
              key={row.index}
              model={model}
              context={context}
              ids={ids}
              row={row.index}
              columns={columns}
              top={viewport.place(row)}
              size={size}
              active={Math.floor(active / columns) === row.index ? active : -1}
              tiles={tiles}
              revision={tiles.revision()}
              thumbnails={thumbnails}
              skeletons={skeletons}
              judged={judged}
              missing={missing}
              scrolling={viewport.scrolling}
            />
          ))}
        </div>
      </div>
      {hover && (
        <Hovered hover={hover} tiles={tiles} missing={missing} trans={trans} />
      )}
    </>
  );
}

/** Why tiles did not come. */
function Refusal(props: {
  tiles: TileCache;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { tiles, trans } = props;
  return tiles.error === null ? null : (
    <ErrorBox error={tiles.error} trans={trans} onRetry={() => tiles.retry()} />
  );
}

/** Fetch what is on the screen, then two screens of what comes next. */
function useLookAhead(
  { model, sources }: IProps,
  { rows, shown }: IViewport,
  rowCount: number,
  columns: number
): void {
  const { tiles, thumbnails } = sources;
  const ids = useStore(model.store, state => state.ids);
  const ahead = useRowsAhead(shown, rowCount);
  const drawn = rows.map(({ index }) => index).join(' ');
  const wanted = React.useMemo(
    () => [
      ...new Set([...(drawn ? drawn.split(' ').map(Number) : []), ...ahead])
    ],
    [drawn, ahead]
  );
  useTiles(tiles, model.store, wanted, columns);
  const revision = tiles.revision();
  React.useEffect(() => {
    const found = idsOf(ids, ahead, columns).map(id => tiles.get(id));
    thumbnails.fetchAhead(
      found.flatMap(tile => (tile ? thumbnailOf(tile) : []))
    );
  }, [thumbnails, tiles, revision, ids, ahead, columns]);
}

/** The card of the tile under the pointer. */
function Hovered(props: {
  hover: IHover;
  tiles: TileCache;
  missing: string;
  trans: IWorkspaceContext['trans'];
}): JSX.Element | null {
  const { hover, tiles, missing, trans } = props;
  const tile = tiles.get(hover.id);
  return tile
    ? createPortal(
        <HoverCard tile={tile} at={hover} missing={missing} trans={trans} />,
        document.body
      )
    : null;
}

interface IGridRowProps {
  readonly model: IWorkspaceModel;
  readonly context: IWorkspaceContext;
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
  readonly missing: string;
  readonly scrolling: () => boolean;
}

/** One row of tiles; drawn again only when something of it changed, not at each scroll. */
export const GridRow = React.memo(function GridRow(
  props: IGridRowProps
): JSX.Element {
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
                missing={props.missing}
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

interface ITileProps {
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

function className({ selected, current, tile }: ITileProps): string {
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
function nameOf({ level, tile, trans }: ITileProps): string {
  if (tile === undefined) {
    return trans.__('Loading');
  }
  return level === 'samples'
    ? tile.filename
    : trans.__('%1 in %2', tile.classes[0] ?? '–', tile.filename);
}

/** One cell of the grid: the image, a check mark when selected, the file name. */
export function Tile(props: ITileProps): JSX.Element {
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
