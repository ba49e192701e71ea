import { decompressCounts, maskContains, parseMask } from '../rle';
import { compressCounts, countsOf, randomPixels } from './masks';

const SEEDS = Array.from({ length: 200 }, (_, i) => i);

describe('run lengths', () => {
  it('reads what cocoapi wrote', () => {
    // pycocotools.mask.encode of a 4 x 5 (h x w) mask with the rectangle rows 1-2, columns 1-3
    expect(decompressCounts('52203')).toEqual([5, 2, 2, 2, 5]);
  });

  it('reads back any compressed counts', () => {
    for (const seed of SEEDS) {
      const counts = countsOf(randomPixels(seed));
      expect(decompressCounts(compressCounts(counts))).toEqual(counts);
    }
    const large = [0, 3, 100_000, 1, 7_000_000, 2];
    expect(decompressCounts(compressCounts(large))).toEqual(large);
  });

  it('knows every pixel, compressed or not', () => {
    for (const seed of SEEDS) {
      const pixels = randomPixels(seed);
      const { width, height, inside } = pixels;
      const counts = countsOf(pixels);
      for (const form of [counts, compressCounts(counts)]) {
        const mask = parseMask({ counts: form, size: [height, width] })!;
        for (let x = -1; x <= width; x++) {
          for (let y = -1; y <= height; y++) {
            expect(maskContains(mask, x + 0.5, y + 0.5)).toBe(inside(x, y));
          }
        }
      }
    }
  });

  it.each([
    [null],
    [{ counts: [1] }],
    [{ counts: [1], size: [0, 5] }],
    [{ counts: [-1], size: [5, 5] }],
    [{ counts: 'P', size: [5, 5] }],
    [{ counts: '\u00e9', size: [5, 5] }],
    [{ counts: {}, size: [5, 5] }],
    [{ counts: ['x'], size: [5, 5] }]
  ])('takes %j for no mask', geometry => {
    expect(parseMask(geometry)).toBeNull();
  });

  it('does not leave the image where runs are too long', () => {
    const mask = parseMask({ counts: [1, 100], size: [2, 2] })!;
    expect(Math.max(...mask.ends)).toBe(4);
  });
});
