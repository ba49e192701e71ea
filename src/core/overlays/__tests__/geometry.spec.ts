import { keypoint, limbs, parseGeometry } from '../geometry';

const RING = [0, 0, 10, 0, 10, 10];

describe('parseGeometry', () => {
  it.each([
    ['polygon', [RING, [1, 2], 'x'], { kind: 'polygon', rings: [RING] }],
    ['oriented_box', [RING], { kind: 'polygon', rings: [RING] }],
    ['polygon', [], { kind: 'box' }],
    ['polygon', { counts: [1] }, { kind: 'box' }],
    ['polygon', [[0, 0, 1, null, 2, 2]], { kind: 'box' }],
    ['mask', [RING], { kind: 'box' }],
    ['keypoints', [1, 2], { kind: 'box' }],
    ['keypoints', undefined, { kind: 'box' }],
    ['classification', null, { kind: 'image' }],
    ['box', null, { kind: 'box' }],
    ['of a later version', [RING], { kind: 'box' }]
  ])('%s %j', (kind, shape, expected) => {
    expect(parseGeometry(kind, shape)).toEqual(expected);
  });

  it('gives keypoints the skeleton of their class', () => {
    const points = [1, 2, 2];
    expect(parseGeometry('keypoints', points, [[0, 1]])).toEqual({
      kind: 'keypoints',
      points,
      skeleton: [[0, 1]]
    });
  });
});

describe('keypoints', () => {
  const points = [1, 2, 2, 3, 4, 1, 0, 0, 0];

  it('are visible, hidden or not there', () => {
    expect(keypoint(points, 0)).toEqual({ x: 1, y: 2, visible: true });
    expect(keypoint(points, 1)).toEqual({ x: 3, y: 4, visible: false });
    expect(keypoint(points, 2)).toBeNull();
    expect(keypoint(points, 3)).toBeNull();
  });

  it('are joined where both are there', () => {
    const skeleton: [number, number][] = [
      [0, 1],
      [1, 2],
      [0, 7]
    ];
    expect(limbs(points, skeleton)).toEqual([[1, 2, 3, 4]]);
  });
});
