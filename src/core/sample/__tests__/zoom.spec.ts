import { ACTUAL, FIT, panBy, place, zoomAt } from '../zoom';

const IMAGE = { width: 400, height: 200 };
const BOX = { width: 200, height: 200 };

describe('place', () => {
  it('fits the image and centres it', () => {
    expect(place(FIT, IMAGE, BOX)).toEqual({ scale: 0.5, x: 0, y: 50 });
  });

  it('shows the middle at its true size', () => {
    expect(place(ACTUAL, IMAGE, BOX)).toEqual({ scale: 1, x: -100, y: 0 });
  });

  it('leaves no gap beside a larger image', () => {
    const corner = { scale: 2, center: { x: 0, y: 1 } };
    expect(place(corner, IMAGE, BOX)).toEqual({ scale: 2, x: 0, y: -200 });
  });
});

describe('zoomAt', () => {
  it.each([
    [FIT, 3, { x: 30, y: 90 }],
    [ACTUAL, 1.7, { x: 150, y: 20 }]
  ])('keeps what lies under the cursor: %j', (zoom, factor, at) => {
    const before = place(zoom, IMAGE, BOX);
    const after = place(zoomAt(zoom, IMAGE, BOX, factor, at), IMAGE, BOX);
    expect(after.scale).toBeCloseTo(before.scale * factor);
    expect((at.x - after.x) / after.scale).toBeCloseTo(
      (at.x - before.x) / before.scale
    );
    expect((at.y - after.y) / after.scale).toBeCloseTo(
      (at.y - before.y) / before.scale
    );
  });

  it('stays within sensible scales', () => {
    const at = { x: 0, y: 0 };
    expect(zoomAt(FIT, IMAGE, BOX, 1e6, at).scale).toBe(40);
    expect(zoomAt(FIT, IMAGE, BOX, 1e-6, at).scale).toBe(0.25);
  });
});

describe('panBy', () => {
  it('moves a larger image as far as its edge', () => {
    const moved = panBy(ACTUAL, IMAGE, BOX, 30, 0);
    expect(place(moved, IMAGE, BOX).x).toBeCloseTo(-70);
    const far = panBy(ACTUAL, IMAGE, BOX, 1000, 1000);
    expect(place(far, IMAGE, BOX)).toMatchObject({ x: 0, y: 0 });
  });

  it('shows the same part of an image of another size', () => {
    const moved = panBy(ACTUAL, IMAGE, BOX, -50, 0);
    const other = place(moved, { width: 800, height: 400 }, BOX);
    expect((100 - other.x) / 800).toBeCloseTo(250 / 400);
  });
});
