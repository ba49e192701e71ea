import { maskRings, traceMask } from '../maskOutline';
import { parseMask, type IMask } from '../rle';
import { countsOf, randomPixels, type IPixels } from './masks';

function maskOf(pixels: IPixels): IMask {
  const size = [pixels.height, pixels.width];
  return parseMask({ counts: countsOf(pixels), size })!;
}

/** Turns of the rings around a point; as the canvas fills by default, inside is not 0. */
function winding(
  rings: readonly ArrayLike<number>[],
  x: number,
  y: number
): number {
  let turns = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const j = (i + 2) % ring.length;
      const [x1, y1, x2, y2] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
      if (x1 === x2 && x1 > x && Math.min(y1, y2) < y && Math.max(y1, y2) > y) {
        turns += Math.sign(y2 - y1);
      }
    }
  }
  return turns;
}

function shoelace(ring: ArrayLike<number>): number {
  let area = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    area += ring[i] * ring[j + 1] - ring[j] * ring[i + 1];
  }
  return area / 2;
}

describe('traceMask', () => {
  it('goes around one pixel', () => {
    const rings = traceMask(parseMask({ counts: [4, 1, 4], size: [3, 3] })!);
    expect(rings.map(ring => [...Array.from(ring)])).toEqual([
      [2, 1, 2, 2, 1, 2, 1, 1]
    ]);
  });

  it('encloses exactly the pixels of any mask, holes left out', () => {
    for (let seed = 0; seed < 200; seed++) {
      const pixels = randomPixels(seed);
      const rings = traceMask(maskOf(pixels));
      let count = 0;
      for (let x = 0; x < pixels.width; x++) {
        for (let y = 0; y < pixels.height; y++) {
          const inside = pixels.inside(x, y);
          count += Number(inside);
          expect(winding(rings, x + 0.5, y + 0.5)).toBe(Number(inside));
        }
      }
      const areas = rings.map(shoelace);
      expect(areas.reduce((sum, area) => sum + area, 0)).toBe(count);
    }
  });

  it('keeps every pixel on a coarser grid, inside the image', () => {
    for (let seed = 0; seed < 60; seed++) {
      const pixels = randomPixels(seed);
      const rings = traceMask(maskOf(pixels), 4);
      for (const ring of rings) {
        for (let i = 0; i < ring.length; i += 2) {
          expect(ring[i]).toBeLessThanOrEqual(pixels.width);
          expect(ring[i + 1]).toBeLessThanOrEqual(pixels.height);
        }
      }
      for (let x = 0; x < pixels.width; x++) {
        for (let y = 0; y < pixels.height; y++) {
          if (pixels.inside(x, y)) {
            expect(winding(rings, x + 0.5, y + 0.5)).toBe(1);
          }
        }
      }
    }
  });

  it('has fewer corners where it is drawn small, and is traced once', () => {
    const disc: IPixels = {
      width: 200,
      height: 200,
      inside: (x, y) => Math.hypot(x - 100, y - 100) < 90
    };
    const mask = maskOf(disc);
    const [large] = maskRings(mask, 1);
    const [small] = maskRings(mask, 0.1);
    expect(small.length).toBeLessThan(large.length / 4);
    expect(maskRings(mask, 0.12)[0]).toBe(small);
    expect(maskRings(mask, 30)[0]).toBe(large);
  });

  it('has nothing to trace of an empty mask', () => {
    expect(traceMask(parseMask({ counts: [25], size: [5, 5] })!)).toEqual([]);
    expect(traceMask(parseMask({ counts: [], size: [5, 5] })!)).toEqual([]);
  });
});
