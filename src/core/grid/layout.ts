/** The grid's geometry: how many columns fit and how large a tile is, in CSS pixels. */

export const MIN_TILE = 64;
export const MAX_TILE = 420;
export const GAP = 6;
/** Height of the file name below the image. */
export const CAPTION = 20;
/** Space around the grid. */
export const PADDING = 8;

const SHRINK = 0.8;
/** Height of the image area relative to its width. */
const ASPECT = 0.75;

export interface IGridLayout {
  readonly columns: number;
  readonly rows: number;
  /** Width and height of a tile's image area. */
  readonly tile: { readonly width: number; readonly height: number };
  /** Distance from one row's top to the next. */
  readonly rowHeight: number;
}

/**
 * Lay out `count` tiles of about `tileSize` wide in `width`.
 *
 * A row always fills the width; one more tile fits in where all then keep `SHRINK` of their width.
 */
export function layoutGrid(
  count: number,
  width: number,
  tileSize: number,
  captions: boolean
): IGridLayout {
  const inner = Math.max(width - 2 * PADDING, MIN_TILE);
  const wanted = Math.min(Math.max(tileSize, MIN_TILE), MAX_TILE);
  const smallest = SHRINK * wanted;
  const columns = Math.max(1, Math.floor((inner + GAP) / (smallest + GAP)));
  const tileWidth = Math.floor((inner - GAP * (columns - 1)) / columns);
  const tileHeight = Math.round(tileWidth * ASPECT);
  return {
    columns,
    rows: Math.ceil(count / columns),
    tile: { width: tileWidth, height: tileHeight },
    rowHeight: tileHeight + (captions ? CAPTION : 0) + GAP
  };
}

/** The tile a navigation key leads to from `index`; null when the key does not move. */
export function moveIndex(
  key: string,
  index: number,
  count: number,
  columns: number,
  pageRows: number
): number | null {
  const clamp = (to: number): number => Math.min(Math.max(to, 0), count - 1);
  switch (key) {
    case 'ArrowRight':
      return clamp(index + 1);
    case 'ArrowLeft':
      return clamp(index - 1);
    case 'ArrowDown':
      return index + columns < count ? index + columns : index;
    case 'ArrowUp':
      return index >= columns ? index - columns : index;
    case 'PageDown':
      return clamp(index + columns * Math.max(pageRows, 1));
    case 'PageUp':
      return clamp(index - columns * Math.max(pageRows, 1));
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
