/** Which annotation lies under a point of the image. */
import { keypoint, limbs } from './geometry';
import type { IRect } from '../components/placement';
import { maskContains } from './rle';
import type { IShape } from './shapes';

/** Whether a point is inside a ring of flat x, y: crossings of a ray to the right are odd. */
export function ringContains(
  ring: ArrayLike<number>,
  x: number,
  y: number
): boolean {
  let inside = false;
  const n = ring.length - (ring.length % 2);
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    const [x1, y1, x2, y2] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
      inside = !inside;
    }
  }
  return inside;
}

/** Distance of a point from the stretch between two others. */
export function distanceToLine(
  x: number,
  y: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number]
): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? ((x - x1) * dx + (y - y1) * dy) / length : 0;
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

function rectContains(rect: IRect, x: number, y: number, margin = 0): boolean {
  return (
    x >= rect.x - margin &&
    y >= rect.y - margin &&
    x <= rect.x + rect.w + margin &&
    y <= rect.y + rect.h + margin
  );
}

/** Whether a shape lies under a point; lines and points reach `tolerance` pixels. */
export function shapeContains(
  shape: IShape,
  x: number,
  y: number,
  tolerance: number
): boolean {
  const { geometry, rect } = shape;
  switch (geometry.kind) {
    case 'image':
      return false;
    case 'polygon':
      return geometry.rings.some(ring => ringContains(ring, x, y));
    case 'mask':
      return maskContains(geometry.mask, x, y);
    case 'keypoints': {
      const { points, skeleton } = geometry;
      const count = Math.floor(points.length / 3);
      const near = Array.from({ length: count }, (_, i) =>
        keypoint(points, i)
      ).some(
        point =>
          point !== null && Math.hypot(point.x - x, point.y - y) <= tolerance
      );
      return (
        near ||
        limbs(points, skeleton).some(
          limb => distanceToLine(x, y, limb) <= tolerance
        ) ||
        rectContains(rect, x, y)
      );
    }
    default:
      return rectContains(rect, x, y, tolerance);
  }
}

/** The smallest shape under a point of the image, null where there is none; later ones lie above. */
export function hitTest(
  shapes: readonly IShape[],
  x: number,
  y: number,
  tolerance: number
): IShape | null {
  let best: IShape | null = null;
  let smallest = Infinity;
  for (const shape of shapes) {
    const area = shape.rect.w * shape.rect.h;
    if (area <= smallest && shapeContains(shape, x, y, tolerance)) {
      best = shape;
      smallest = area;
    }
  }
  return best;
}
