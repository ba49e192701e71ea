import * as React from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import type { IPanelContext } from '../client/context';
import { ErrorBox } from '../components/ErrorBox';
import { useSettings } from '../components/useSettings';
import { useSize } from '../components/useSize';
import type { IWorkspaceModel } from '../workspace/types';
import { hasAnnotationTerms } from './annotationTerms';
import { HoverCard } from './HoverCard';
import { layoutGrid } from './layout';
import { Tile } from './Tile';
import { TileImage } from './TileImage';
import { useActiveTile } from './useActiveTile';
import { useGridKeys } from './useGridKeys';
import { useHover } from './useHover';
import { useTiles } from './useTiles';
import { useViewport } from './useViewport';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly tileSize: number;
  readonly onlyMatching: boolean;
  readonly onOpen: (sampleId: number) => void;
}

function tileElement(target: EventTarget): HTMLElement | null {
  return (target as Element).closest<HTMLElement>('.vl-tile');
}

/** The virtualised tiles of a view. */
export function TileGrid(props: IProps): JSX.Element {
  const { model, context, tileSize, onOpen } = props;
  const { client, trans } = context;
  const { store } = model;
  const { overlays, labels, captions } = useSettings(context.settings);
  const ids = useStore(store, state => state.ids);
  const view = useStore(store, state => state.shown);
  const dataset = useStore(store, state => state.dataset);
  const selection = useStore(store, state => state.selection);
  const focus = useStore(store, state => state.focus);
  const pending = useStore(store, state => state.pending);
  const detail = useStore(store, state => state.detail);

  const scroller = React.useRef<HTMLDivElement>(null);
  const { width, height } = useSize(scroller);
  const layout = layoutGrid(ids.length, width, tileSize, captions);
  const { columns, tile: tileBox } = layout;
  const size = React.useMemo(
    () => ({ width: tileBox.width, height: tileBox.height }),
    [tileBox.width, tileBox.height]
  );
  const [active, setActive] = useActiveTile(ids);
  const viewport = useViewport(
    scroller,
    layout.rows,
    layout.rowHeight,
    height,
    Math.floor(active / columns)
  );
  const tiles = useTiles(client, store, viewport.rows, columns);
  const hover = useHover();

  const sampleOf = (id: number): number | undefined =>
    view.level === 'samples' ? id : tiles.get(id)?.sample_id;
  const onKeyDown = useGridKeys({
    model,
    scroller,
    ids,
    active,
    setActive,
    columns,
    pageRows: Math.floor(height / layout.rowHeight),
    reveal: index => viewport.reveal(Math.floor(index / columns)),
    open: id => {
      const sample = sampleOf(id);
      if (sample !== undefined) {
        onOpen(sample);
      }
    }
  });

  const { toTop, reveal } = viewport;
  const shownView = React.useRef(view);
  React.useEffect(() => {
    if (shownView.current !== view) {
      shownView.current = view;
      toTop();
    }
  });
  const shownFocus = React.useRef(focus);
  React.useEffect(() => {
    if (shownFocus.current === focus) {
      return;
    }
    shownFocus.current = focus;
    const index =
      focus === null || view.level !== 'samples' ? -1 : ids.indexOf(focus);
    if (index >= 0 && index !== active) {
      setActive(index);
      reveal(Math.floor(index / columns));
    }
  });

  const onClick = (event: React.MouseEvent): void => {
    const element = tileElement(event.target);
    if (element === null) {
      return;
    }
    hover.clear();
    const id = Number(element.dataset.id);
    setActive(Number(element.dataset.index));
    if (event.shiftKey) {
      model.selectTo(id);
    } else if (event.ctrlKey || event.metaKey) {
      model.toggle(id);
    } else {
      model.select([id]);
      model.setFocus(sampleOf(id) ?? null);
    }
  };
  const onDoubleClick = (event: React.MouseEvent): void => {
    const element = tileElement(event.target);
    const sample = element && sampleOf(Number(element.dataset.id));
    if (typeof sample === 'number') {
      onOpen(sample);
    }
  };

  const hideOthers =
    props.onlyMatching && hasAnnotationTerms(view.filter, detail?.fields ?? []);
  const hoveredTile = hover.hover && tiles.get(hover.hover.id);
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
        aria-label={trans.__('Samples of the view')}
        aria-multiselectable="true"
        aria-rowcount={layout.rows}
        aria-colcount={columns}
        aria-busy={pending}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onKeyDown={onKeyDown}
        onPointerOver={hover.onPointerOver}
        onPointerLeave={hover.clear}
        onScroll={hover.clear}
      >
        <div
          className="vl-grid-content"
          role="presentation"
          style={{ height: viewport.height }}
        >
          {viewport.rows.map(row => (
            <div
              key={row.index}
              className="vl-grid-row"
              role="row"
              aria-rowindex={row.index + 1}
              style={{ transform: `translateY(${viewport.place(row)}px)` }}
            >
              {Array.from(
                ids.subarray(row.index * columns, (row.index + 1) * columns),
                (id, column) => {
                  const index = row.index * columns + column;
                  const tile = tiles.get(id);
                  return (
                    <Tile
                      key={id}
                      id={id}
                      index={index}
                      column={column}
                      tile={tile}
                      size={size}
                      selected={
                        selection.level === view.level && selection.ids.has(id)
                      }
                      current={tile !== undefined && tile.sample_id === focus}
                      active={index === active}
                      caption={captions}
                      trans={trans}
                    >
                      {tile && (
                        <TileImage
                          tile={tile}
                          size={size}
                          dataset={dataset}
                          client={client}
                          crop={view.level === 'annotations'}
                          overlays={overlays}
                          labels={labels}
                          onlyMatching={hideOthers}
                        />
                      )}
                    </Tile>
                  );
                }
              )}
            </div>
          ))}
        </div>
      </div>
      {hover.hover &&
        hoveredTile &&
        createPortal(
          <HoverCard tile={hoveredTile} at={hover.hover} trans={trans} />,
          document.body
        )}
    </>
  );
}
