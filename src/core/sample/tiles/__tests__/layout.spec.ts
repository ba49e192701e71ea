import {
  isThere,
  levelFor,
  nameOf,
  tileRect,
  visibleTiles,
  wantedTiles,
  type TileLayout
} from '../layout';

const LAYOUT: TileLayout = {
  ...{ width: 10_000, height: 7_000, tile: 512, levels: 6 },
  ...{ finest: 0, coarse: 0, region: [0, 0, 10_000, 7_000] }
};
const BOX = { width: 1000, height: 700 };

describe('levelFor', () => {
  it.each([
    [2, 0],
    [1, 0],
    [0.51, 0],
    [0.5, 1],
    [0.1, 3],
    [0.0001, 5]
  ])('at %d device pixels a pixel is %d', (scale, level) => {
    expect(levelFor(LAYOUT, scale)).toBe(level);
  });

  it('is no finer than what there is', () => {
    expect(levelFor({ ...LAYOUT, finest: 2 }, 1)).toBe(2);
  });
});

describe('visibleTiles', () => {
  it('are those that fill the viewport, the middle first', () => {
    const placement = { scale: 1, x: -1024, y: -512 };
    const tiles = visibleTiles(LAYOUT, placement, BOX, 1);
    expect(tiles.map(nameOf).sort()).toEqual(
      ['0/2/1', '0/2/2', '0/3/1', '0/3/2'].sort()
    );
    expect(
      visibleTiles(LAYOUT, { scale: 0.1, x: 0, y: 0 }, BOX, 1)
    ).toHaveLength(6);
    const wide = visibleTiles(LAYOUT, { scale: 0.5, x: 0, y: 0 }, BOX, 2);
    expect(wide[0]).toEqual({ level: 0, column: 1, row: 1 });
  });

  it('end with the image', () => {
    const placement = { scale: 1, x: -9_000, y: -6_300 };
    for (const tile of visibleTiles(LAYOUT, placement, BOX, 1)) {
      const { w, h } = tileRect(tile, LAYOUT);
      expect(Math.min(w, h)).toBeGreaterThan(0);
    }
    expect(
      visibleTiles(LAYOUT, { scale: 1, x: 5000, y: 0 }, BOX, 1)
    ).toHaveLength(0);
  });
});

describe('tiles on their way', () => {
  const half: TileLayout = {
    ...LAYOUT,
    coarse: 3,
    region: [0, 0, 10_000, 1024]
  };

  it('are there where their part was read, or all of their level', () => {
    expect(isThere({ level: 0, column: 19, row: 1 }, half)).toBe(true);
    expect(isThere({ level: 0, column: 0, row: 2 }, half)).toBe(false);
    expect(isThere({ level: 1, column: 0, row: 0 }, half)).toBe(true);
    expect(isThere({ level: 2, column: 0, row: 0 }, half)).toBe(false);
    expect(isThere({ level: 3, column: 0, row: 1 }, half)).toBe(true);
  });

  it('are stood for by the next coarser ones that are', () => {
    const visible = [0, 1, 2, 3].map(row => ({ level: 0, column: 0, row }));
    expect(wantedTiles(visible, half).map(nameOf)).toEqual([
      '5/0/0',
      '0/0/0',
      '0/0/1',
      '3/0/0'
    ]);
    const nothing: TileLayout = { ...half, coarse: 6, region: [0, 0, 0, 0] };
    expect(wantedTiles(visible, nothing)).toEqual([]);
  });
});
