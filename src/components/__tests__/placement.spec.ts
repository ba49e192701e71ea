import { cropAround, placeImage, placeRect, project } from '../placement';

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
