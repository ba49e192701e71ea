/**
 * Which tiles of a large image are wanted. Level 0 has the image's own pixels, each further one half
 * as many across and down; `media/pyramids/layout.py` computes the same.
 */
import type { ITileInfo } from '../../client/types';
import type { IPlacement, IRect, ISize } from '../../components/placement';

/** From so many pixels on an image is shown by tiles. */
export const MANY_PIXELS = 50_000_000;

export interface ITilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export type TileLayout = Pick<
  ITileInfo,
  'width' | 'height' | 'tile' | 'levels' | 'finest' | 'coarse' | 'region'
>;

export function nameOf({ level, column, row }: ITilePlace): string {
  return `${level}/${column}/${row}`;
}

/** What of the image a tile shows, in the image's pixels. */
export function tileRect(place: ITilePlace, layout: TileLayout): IRect {
  const side = layout.tile * 2 ** place.level;
  const x = place.column * side;
  const y = place.row * side;
  return {
    x,
    y,
    w: Math.min(side, layout.width - x),
    h: Math.min(side, layout.height - y)
  };
}

/** Whether a tile is made already. */
export function isThere(place: ITilePlace, layout: TileLayout): boolean {
  if (place.level >= layout.coarse) {
    return true;
  }
  const { x, y, w, h } = tileRect(place, layout);
  const [left, top, right, bottom] = layout.region;
  return left <= x && top <= y && right >= x + w && bottom >= y + h;
}

/** The tile of the next level that shows this one's part too. */
export function above({ level, column, row }: ITilePlace): ITilePlace {
  return { level: level + 1, column: column >> 1, row: row >> 1 };
}

/** The level whose pixels are as large as the screen's, or a little smaller. */
export function levelFor(layout: TileLayout, devicePixels: number): number {
  const fitting = Math.floor(Math.log2(1 / devicePixels) + 1e-6);
  return Math.min(Math.max(fitting, layout.finest), layout.levels - 1);
}

/** The tiles that fill a viewport, those in its middle first. */
export function visibleTiles(
  layout: TileLayout,
  placement: IPlacement,
  box: ISize,
  ratio: number
): ITilePlace[] {
  const level = levelFor(layout, placement.scale * ratio);
  const side = layout.tile * 2 ** level * placement.scale;
  const last = (length: number): number =>
    Math.ceil(length / (layout.tile * 2 ** level)) - 1;
  const range = (offset: number, visible: number, most: number): number[] => {
    const first = Math.max(0, Math.floor(-offset / side));
    const end = Math.min(most, Math.ceil((visible - offset) / side) - 1);
    return Array.from(
      { length: Math.max(0, end - first + 1) },
      (_, i) => first + i
    );
  };
  const rows = range(placement.y, box.height, last(layout.height));
  const found = range(placement.x, box.width, last(layout.width)).flatMap(
    column => rows.map(row => ({ level, column, row }))
  );
  const far = ({ column, row }: ITilePlace): number =>
    Math.hypot(
      (column + 0.5) * side + placement.x - box.width / 2,
      (row + 0.5) * side + placement.y - box.height / 2
    );
  return found.sort((a, b) => far(a) - far(b));
}

/** What is to be fetched to show tiles: the coarsest one first, and for each what is made of it. */
export function wantedTiles(
  visible: readonly ITilePlace[],
  layout: TileLayout
): ITilePlace[] {
  const top = { level: layout.levels - 1, column: 0, row: 0 };
  const wanted = new Map<string, ITilePlace>();
  for (let place of [top, ...visible]) {
    while (!isThere(place, layout) && place.level < layout.levels) {
      place = above(place);
    }
    if (place.level < layout.levels) {
      wanted.set(nameOf(place), place);
    }
  }
  return [...wanted.values()];
}
