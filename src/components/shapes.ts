/** Annotations as the overlay draws them, from what tiles and samples hold. */
import type { IAnnotation, ITile } from '../client/types';
import type { IRect } from './placement';

export const GROUND_TRUTH = 'ground_truth';

export interface IShape {
  readonly id: number;
  readonly rect: IRect;
  /** Flat x, y lists in image pixels; empty: the rectangle is drawn. */
  readonly polygons: readonly number[][];
  readonly class: string | null;
  readonly source: string;
  readonly confidence: number | null;
  readonly crowd: boolean;
  /** Whether it meets the view's conditions; shapes that do not recede. */
  readonly matching: boolean;
}

function isRect(box: readonly (number | null)[]): boolean {
  return box.length === 4 && box.every(v => v !== null && Number.isFinite(v));
}

/**
 * The boxes of a tile; whole-image classes have none.
 *
 * `judged` tells whether the view has conditions on annotations: without any, predictions are as
 * good as the ground truth that the server calls matching.
 */
export function tileShapes(tile: ITile, judged: boolean): IShape[] {
  const shapes: IShape[] = [];
  tile.boxes.forEach((box, i) => {
    if (tile.kinds[i] === 'classification' || !isRect(box)) {
      return;
    }
    shapes.push({
      id: tile.annotation_ids[i],
      rect: { x: box[0], y: box[1], w: box[2], h: box[3] },
      polygons: [],
      class: tile.classes[i],
      source: tile.sources[i],
      confidence: tile.confidences[i],
      crowd: false,
      matching: !judged || tile.matching[i]
    });
  });
  return shapes;
}

/** Polygon rings of a geometry: a list of flat x, y lists, or nothing that can be drawn. */
function rings(geometry: unknown): number[][] {
  if (!Array.isArray(geometry)) {
    return [];
  }
  return geometry.filter(
    (ring): ring is number[] =>
      Array.isArray(ring) &&
      ring.length >= 6 &&
      ring.every(value => typeof value === 'number')
  );
}

/** The shape of an annotation; null where it has no place in the image. `judged` as above. */
export function annotationShape(
  annotation: IAnnotation,
  judged: boolean
): IShape | null {
  const { x, y, w, h } = annotation;
  if (x === null || y === null || w === null || h === null) {
    return null;
  }
  return {
    id: annotation.annotation_id,
    rect: { x, y, w, h },
    polygons: annotation.kind === 'polygon' ? rings(annotation.geometry) : [],
    class: annotation.class,
    source: annotation.source,
    confidence: annotation.confidence,
    crowd: annotation.is_crowd,
    matching: !judged || annotation.matching
  };
}
