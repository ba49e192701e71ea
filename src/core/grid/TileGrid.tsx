import * as React from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import { isJudged } from '../outcomes/annotationTerms';
import { ErrorBox } from '../components/ErrorBox';
import { skeletonsOf } from '../overlays/shapes';
import { useSettings } from '../components/useSettings';
import { useSize } from '../components/useSize';
import type { IWorkspaceModel } from '../workspace/types';
import { gridPointer } from './gridPointer';
import { GridRow } from './GridRow';
import { HoverCard } from './HoverCard';
import { layoutGrid } from './layout';
import type { IGridSources } from './images/sources';
import { useActiveTile } from './useActiveTile';
import { useFollow } from './useFollow';
import { useGridKeys } from './useGridKeys';
import { type IHover, useHover } from './useHover';
import type { TileCache } from './tileCache';
import { useTiles } from './useTiles';
import { useViewport } from './useViewport';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
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
  useTiles(tiles, model.store, viewport.rows, columns);
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
  return (
    <>
      {tiles.error && (
        <ErrorBox
          error={tiles.error}
          trans={trans}
          onRetry={() => tiles.retry()}
        />
      )}
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
              scrolling={viewport.scrolling}
            />
          ))}
        </div>
      </div>
      {hover && <Hovered hover={hover} tiles={tiles} trans={trans} />}
    </>
  );
}

/** The card of the tile under the pointer. */
function Hovered(props: {
  hover: IHover;
  tiles: TileCache;
  trans: IPanelContext['trans'];
}): JSX.Element | null {
  const { hover, tiles, trans } = props;
  const tile = tiles.get(hover.id);
  return tile
    ? createPortal(
        <HoverCard tile={tile} at={hover} trans={trans} />,
        document.body
      )
    : null;
}
