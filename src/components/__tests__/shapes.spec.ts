import { annotationShape, tileShapes } from '../shapes';
import { annotation, tile } from './fakes';

describe('tileShapes', () => {
  const three = tile(1, {
    boxes: [[1, 2, 3, 4], [], [5, 6, 7, 8]],
    annotation_ids: [10, 11, 12],
    classes: ['a', 'b', null],
    sources: ['ground_truth', 'ground_truth', 'run'],
    confidences: [null, null, 0.5],
    kinds: ['box', 'classification', 'box'],
    matching: [true, true, false]
  });

  it('keeps what has a box', () => {
    const shapes = tileShapes(three, true);
    expect(shapes.map(shape => shape.id)).toEqual([10, 12]);
    expect(shapes[0].rect).toEqual({ x: 1, y: 2, w: 3, h: 4 });
    expect(shapes[1]).toMatchObject({
      class: null,
      source: 'run',
      confidence: 0.5,
      matching: false
    });
  });

  it('lets nothing recede while there are no conditions', () => {
    expect(tileShapes(three, false).every(shape => shape.matching)).toBe(true);
  });
});

describe('annotationShape', () => {
  it('has no shape without a box', () => {
    expect(annotationShape(annotation(1, { x: null }), true)).toBeNull();
  });

  it('takes the rings of polygons only', () => {
    const ring = [0, 0, 10, 0, 10, 10];
    const polygons = (kind: string, geometry: unknown) =>
      annotationShape(annotation(1, { kind, geometry }), true)?.polygons;
    expect(polygons('polygon', [ring, [1, 2], 'x'])).toEqual([ring]);
    expect(polygons('mask', [ring])).toEqual([]);
    expect(polygons('polygon', { counts: [1] })).toEqual([]);
  });

  it('judges by the conditions of the view', () => {
    const other = annotation(1, { matching: false });
    expect(annotationShape(other, true)?.matching).toBe(false);
    expect(annotationShape(other, false)?.matching).toBe(true);
  });
});
