import { annotationShape, tileShapes } from '../shapes';
import { annotation, tile } from './fakes';

describe('tileShapes', () => {
  it('keeps what has a box', () => {
    const shapes = tileShapes(
      tile(1, {
        boxes: [[1, 2, 3, 4], [], [5, 6, 7, 8]],
        annotation_ids: [10, 11, 12],
        classes: ['a', 'b', null],
        sources: ['ground_truth', 'ground_truth', 'run'],
        confidences: [null, null, 0.5],
        kinds: ['box', 'classification', 'box'],
        matching: [true, true, false]
      })
    );
    expect(shapes.map(shape => shape.id)).toEqual([10, 12]);
    expect(shapes[0].rect).toEqual({ x: 1, y: 2, w: 3, h: 4 });
    expect(shapes[1]).toMatchObject({
      class: null,
      source: 'run',
      confidence: 0.5,
      matching: false
    });
  });
});

describe('annotationShape', () => {
  it('has no shape without a box', () => {
    expect(annotationShape(annotation(1, { x: null }))).toBeNull();
  });

  it('takes the rings of polygons only', () => {
    const ring = [0, 0, 10, 0, 10, 10];
    const geometry = [ring, [1, 2], 'x'];
    expect(
      annotationShape(annotation(1, { kind: 'polygon', geometry }))?.polygons
    ).toEqual([ring]);
    expect(
      annotationShape(annotation(1, { kind: 'mask', geometry }))?.polygons
    ).toEqual([]);
    expect(
      annotationShape(
        annotation(1, { kind: 'polygon', geometry: { counts: [1] } })
      )?.polygons
    ).toEqual([]);
  });
});
