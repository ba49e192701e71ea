/** Annotations as the overlay draws them, from what tiles and samples hold. */
import type {
  Outcome,
  IAnnotation,
  IDatasetDetail,
  ITile
} from '../client/types';
import { parseGeometry, type Geometry, type Skeleton } from './geometry';
import type { IRect } from '../components/placement';

export const GROUND_TRUTH = 'ground_truth';

export interface IShape {
  readonly id: number;
  /** The box in image pixels; of a class of the whole image, the image. */
  readonly rect: IRect;
  readonly geometry: Geometry;
  readonly class: string | null;
  readonly source: string;
  readonly confidence: number | null;
  readonly crowd: boolean;
  /** Whether it meets the view's conditions; shapes that do not recede. */
  readonly matching: boolean;
  /** Where the view asks for outcomes: what became of it, and with what it was matched. */
  readonly outcome?: Outcome | null;
  readonly partner?: number | null;
  readonly iou?: number | null;
}

/** Lines between keypoints by class name. */
export type Skeletons = ReadonlyMap<string | null, Skeleton>;

export const NO_SKELETONS: Skeletons = new Map();

/** Skeletons of a dataset's classes. */
export function skeletonsOf(detail: IDatasetDetail | null): Skeletons {
  return new Map(
    (detail?.class_list ?? [])
      .filter(({ skeleton }) => (skeleton?.length ?? 0) > 0)
      .map(({ name, skeleton }) => [name, skeleton as Skeleton])
  );
}

/** Whether there is more to draw than boxes and classes of whole images. */
export function hasGeometry(detail: IDatasetDetail | null): boolean {
  return (detail?.kinds ?? []).some(
    kind => kind !== 'box' && kind !== 'classification'
  );
}

function rectOf(
  box: readonly (number | null | undefined)[],
  geometry: Geometry,
  image: { width: number | null; height: number | null }
): IRect | null {
  if (geometry.kind === 'image') {
    return { x: 0, y: 0, w: image.width ?? 0, h: image.height ?? 0 };
  }
  const [x, y, w, h] = box;
  return [x, y, w, h].every(Number.isFinite)
    ? { x: x!, y: y!, w: w!, h: h! }
    : null;
}

/**
 * The shapes of a tile; annotations without a place have none.
 *
 * `judged` tells whether the view has conditions on annotations: without any, predictions are as
 * good as the ground truth that the server calls matching.
 */
export function tileShapes(
  tile: ITile,
  judged: boolean,
  skeletons: Skeletons = NO_SKELETONS
): IShape[] {
  const shapes: IShape[] = [];
  tile.boxes.forEach((box, i) => {
    const geometry = parseGeometry(
      tile.kinds[i],
      tile.geometries[i],
      skeletons.get(tile.classes[i])
    );
    const rect = rectOf(box, geometry, tile);
    if (rect !== null) {
      shapes.push({
        id: tile.annotation_ids[i],
        rect,
        geometry,
        class: tile.classes[i],
        source: tile.sources[i],
        confidence: tile.confidences[i],
        crowd: tile.crowds[i] ?? false,
        matching: !judged || tile.matching[i],
        outcome: tile.outcomes[i] ?? null,
        partner: tile.partner_ids[i] ?? null
      });
    }
  });
  return shapes;
}

/** The shape of an annotation; null where it has no place in the image. `judged` as above. */
export function annotationShape(
  annotation: IAnnotation,
  judged: boolean,
  image: { width: number | null; height: number | null },
  skeletons: Skeletons = NO_SKELETONS
): IShape | null {
  const { x, y, w, h } = annotation;
  const geometry = parseGeometry(
    annotation.kind,
    annotation.geometry,
    skeletons.get(annotation.class)
  );
  const rect = rectOf([x, y, w, h], geometry, image);
  return (
    rect && {
      id: annotation.annotation_id,
      rect,
      geometry,
      class: annotation.class,
      source: annotation.source,
      confidence: annotation.confidence,
      crowd: annotation.is_crowd,
      matching: !judged || annotation.matching,
      outcome: annotation.outcome,
      partner: annotation.partner_id,
      iou: annotation.iou
    }
  );
}
