import {
  cropAround,
  cropRegion,
  placeImage,
  placeRect,
  project
} from '../placement';

const BOX = { width: 200, height: 100 };

describe('placement', () => {
  it('centres an image without distorting it', () => {
    const placement = placeImage({ width: 400, height: 400 }, BOX);
    expect(placement).toEqual({ scale: 0.25, x: 50, y: 0 });
    expect(project({ x: 0, y: 0, w: 400, h: 400 }, placement)).toEqual({
      x: 50,
      y: 0,
      w: 100,
      h: 100
    });
  });

  it('puts a crop in the middle', () => {
    const rect = { x: 100, y: 50, w: 20, h: 20 };
    const shown = project(rect, placeRect(rect, BOX));
    expect(shown.x + shown.w / 2).toBeCloseTo(100);
    expect(shown.y + shown.h / 2).toBeCloseTo(50);
    expect(shown.h).toBeCloseTo(100);
  });

  // The same numbers are in tests/media/test_crops.py.
  it.each([
    [{ x: 300, y: 100, w: 60, h: 40 }, 2, [266, 88, 394, 152]],
    [{ x: 300, y: 100, w: 60, h: 40 }, 0.5, [288, 36, 372, 204]],
    [{ x: 600.5, y: 10, w: 30, h: 8 }, 4 / 3, [594, 0, 637, 30]]
  ])('cuts the region of %p as the server does', (box, aspect, edges) => {
    const region = cropRegion(box, { width: 640, height: 480 }, aspect)!;
    const { x, y, w, h } = region;
    expect([x, y, x + w, y + h]).toEqual(edges);
  });

  it('covers with the region what a tile shows of the image', () => {
    const box = { x: 40, y: 50, w: 30, h: 8 };
    const image = { width: 640, height: 480 };
    const size = { width: 160, height: 120 };
    const region = project(
      cropRegion(box, image, 160 / 120)!,
      placeRect(cropAround(box), size)
    );
    expect(region.x).toBeLessThanOrEqual(1e-6);
    expect(region.y).toBeLessThanOrEqual(1e-6);
    expect(region.x + region.w).toBeGreaterThanOrEqual(160 - 1e-6);
    expect(region.y + region.h).toBeGreaterThanOrEqual(120 - 1e-6);
  });

  it.each([[{ x: NaN, y: 0, w: 5, h: 5 }], [{ x: -900, y: 0, w: 5, h: 5 }]])(
    'cuts nothing for %p',
    box => {
      expect(cropRegion(box, { width: 640, height: 480 }, 1)).toBeNull();
    }
  );

  it.each([[{ x: 10, y: 10, w: 100, h: 50 }], [{ x: 10, y: 10, w: 0, h: 0 }]])(
    'crops around %p with surroundings',
    box => {
      const crop = cropAround(box);
      expect(crop.x).toBeLessThan(box.x);
      expect(crop.x + crop.w / 2).toBeCloseTo(box.x + box.w / 2);
      expect(crop.w).toBeGreaterThanOrEqual(24);
      expect(crop.h).toBeGreaterThan(box.h);
    }
  );
});
