/** Geometries of annotations, out of the JSON that tiles and samples hold. */
import { parseMask, type IMask } from './rle';

/** Pairs of keypoints that a line joins, by their positions from 0. */
export type Skeleton = readonly (readonly [number, number])[];

/** Coordinates are pixels of the upright image. */
export type Geometry =
  | { readonly kind: 'box' }
  /** Parts as flat x, y lists; also oriented boxes. */
  | { readonly kind: 'polygon'; readonly rings: readonly number[][] }
  | { readonly kind: 'mask'; readonly mask: IMask }
  /** Flat x, y, v; v: 0 unlabelled, 1 hidden, 2 visible. */
  | {
      readonly kind: 'keypoints';
      readonly points: readonly number[];
      readonly skeleton: Skeleton;
    }
  /** A class of the whole image. */
  | { readonly kind: 'image' };

const BOX: Geometry = { kind: 'box' };

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

/** What an annotation of `kind` looks like; its box where the shape cannot be read. */
export function parseGeometry(
  kind: string,
  shape: unknown,
  skeleton: Skeleton = []
): Geometry {
  switch (kind) {
    case 'classification':
      return { kind: 'image' };
    case 'polygon':
    case 'oriented_box': {
      const rings = Array.isArray(shape)
        ? shape.filter(
            (ring): ring is number[] => isNumbers(ring) && ring.length >= 6
          )
        : [];
      return rings.length > 0 ? { kind: 'polygon', rings } : BOX;
    }
    case 'mask': {
      const mask = parseMask(shape);
      return mask === null ? BOX : { kind: 'mask', mask };
    }
    case 'keypoints':
      return isNumbers(shape) && shape.length >= 3
        ? { kind: 'keypoints', points: shape, skeleton }
        : BOX;
    default:
      return BOX;
  }
}

/** Where the labelled keypoint `index` is, and whether it is visible; null: unlabelled. */
export function keypoint(
  points: readonly number[],
  index: number
): { x: number; y: number; visible: boolean } | null {
  const [x, y, v] = points.slice(3 * index, 3 * index + 3);
  return v > 0 ? { x, y, visible: v > 1 } : null;
}

/** The lines of a skeleton between labelled keypoints, as x1, y1, x2, y2. */
export function limbs(
  points: readonly number[],
  skeleton: Skeleton
): [number, number, number, number][] {
  return skeleton.flatMap(([a, b]) => {
    const from = keypoint(points, a);
    const to = keypoint(points, b);
    return from && to ? [[from.x, from.y, to.x, to.y]] : [];
  });
}
