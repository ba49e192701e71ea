import { GAP, layoutGrid, moveIndex, PADDING } from '../layout';

describe('layoutGrid', () => {
  it.each([
    [900, 160],
    [300, 420],
    [1913, 64],
    [10, 160]
  ])('fills %p pixels with tiles of about %p', (width, size) => {
    const { columns, tile, rows, rowHeight } = layoutGrid(
      1000,
      width,
      size,
      true
    );
    const used = columns * tile.width + (columns - 1) * GAP + 2 * PADDING;
    expect(used).toBeLessThanOrEqual(Math.max(width, 64 + 2 * PADDING));
    expect(rows).toBe(Math.ceil(1000 / columns));
    expect(rowHeight).toBeGreaterThan(tile.height);
  });

  it('has no rows without tiles and saves the caption', () => {
    expect(layoutGrid(0, 900, 160, true).rows).toBe(0);
    expect(layoutGrid(1, 900, 160, false).rowHeight).toBeLessThan(
      layoutGrid(1, 900, 160, true).rowHeight
    );
  });
});

describe('moveIndex', () => {
  // 10 tiles in 4 columns: 0-3, 4-7, 8-9
  it.each([
    ['ArrowRight', 9, 9],
    ['ArrowRight', 3, 4],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 5, 9],
    ['ArrowDown', 6, 6],
    ['ArrowUp', 9, 5],
    ['ArrowUp', 2, 2],
    ['PageDown', 1, 9],
    ['PageUp', 9, 1],
    ['Home', 7, 0],
    ['End', 1, 9],
    ['x', 1, null]
  ])('%s from %p leads to %p', (key, from, to) => {
    expect(moveIndex(key, from, 10, 4, 2)).toBe(to);
  });
});
