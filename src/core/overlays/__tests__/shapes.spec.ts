import {
  annotationShape,
  hasGeometry,
  skeletonsOf,
  tileShapes
} from '../shapes';
import { annotation, DETAIL, tile } from '../../components/__tests__/fakes';

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

  it('keeps what has a box, and classes of the image', () => {
    const shapes = tileShapes(three, true);
    expect(shapes.map(shape => shape.id)).toEqual([10, 11, 12]);
    expect(shapes[0].rect).toEqual({ x: 1, y: 2, w: 3, h: 4 });
    expect(shapes[1]).toMatchObject({
      rect: { x: 0, y: 0, w: 640, h: 480 },
      geometry: { kind: 'image' }
    });
    expect(shapes[2]).toMatchObject({
      class: null,
      source: 'run',
      confidence: 0.5,
      matching: false
    });
    const placeless = { ...three, kinds: ['box', 'box', 'box'] };
    expect(tileShapes(placeless, true).length).toBe(2);
  });

  it('gives keypoints the skeleton of their class', () => {
    const pose = tile(1, {
      boxes: [[1, 2, 3, 4]],
      annotation_ids: [1],
      classes: ['person'],
      sources: ['ground_truth'],
      confidences: [null],
      kinds: ['keypoints'],
      matching: [true],
      geometries: [[1, 2, 2, 4, 6, 2]]
    });
    const person = {
      class_id: 0,
      name: 'person',
      samples: 1,
      annotations: 1,
      keypoints: ['nose', 'eye'],
      skeleton: [[0, 1]] as [number, number][]
    };
    const skeletons = skeletonsOf({ ...DETAIL, class_list: [person] });
    expect(tileShapes(pose, false, skeletons)[0].geometry).toMatchObject({
      skeleton: [[0, 1]]
    });
    expect(tileShapes(pose, false)[0].geometry).toMatchObject({
      skeleton: []
    });
  });

  it('lets nothing recede while there are no conditions', () => {
    expect(tileShapes(three, false).every(shape => shape.matching)).toBe(true);
  });
});

describe('annotationShape', () => {
  const image = { width: 640, height: 480 };

  it('has no shape without a box', () => {
    const placeless = annotation(1, { x: null });
    expect(annotationShape(placeless, true, image)).toBeNull();
  });

  it('judges by the conditions of the view', () => {
    const other = annotation(1, { matching: false });
    expect(annotationShape(other, true, image)?.matching).toBe(false);
    expect(annotationShape(other, false, image)?.matching).toBe(true);
  });
});

describe('hasGeometry', () => {
  it.each([
    [[], false],
    [['box', 'classification'], false],
    [['box', 'mask'], true]
  ])('%j', (kinds, expected) => {
    expect(hasGeometry({ ...DETAIL, kinds })).toBe(expected);
  });
});
