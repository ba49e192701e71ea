/** Where image pixels land in a box of CSS pixels; origin at the top left in both. */

export interface IRect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface ISize {
  readonly width: number;
  readonly height: number;
}

/** `css = pixel * scale + (x, y)`. */
export interface IPlacement {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Share of an annotation's longer side shown around it in a crop. */
const CROP_MARGIN = 0.2;
/** The smallest side of a crop in image pixels: thin boxes stay recognisable. */
const MIN_CROP = 24;

/** The rectangle of the image as large as fits, centred. */
export function placeRect(rect: IRect, box: ISize): IPlacement {
  const scale = Math.min(box.width / rect.w, box.height / rect.h);
  return {
    scale,
    x: (box.width - rect.w * scale) / 2 - rect.x * scale,
    y: (box.height - rect.h * scale) / 2 - rect.y * scale
  };
}

/** The whole image as large as fits, centred. */
export function placeImage(image: ISize, box: ISize): IPlacement {
  return placeRect({ x: 0, y: 0, w: image.width, h: image.height }, box);
}

/** An annotation's box with some surroundings, as image pixels. */
export function cropAround(box: IRect): IRect {
  const margin = Math.max(
    Math.max(box.w, box.h) * CROP_MARGIN,
    (MIN_CROP - Math.max(box.w, box.h)) / 2
  );
  return {
    x: box.x - margin,
    y: box.y - margin,
    w: box.w + 2 * margin,
    h: box.h + 2 * margin
  };
}

/**
 * The part of an image that the server draws for an annotation: whole pixels, inside the image.
 *
 * `media/crops.py` computes the same numbers. The surroundings grow to `aspect` (width by height)
 * before the image's edges cut them. Null: nothing of the box lies in the image.
 */
export function cropRegion(
  box: IRect,
  image: ISize,
  aspect: number
): IRect | null {
  const around = cropAround(box);
  const w = Math.max(around.w, around.h * aspect);
  const h = Math.max(around.h, around.w / aspect);
  const within = (edge: number, limit: number): number =>
    Math.min(Math.max(edge, 0), limit);
  const left = Math.floor(within(box.x + box.w / 2 - w / 2, image.width));
  const top = Math.floor(within(box.y + box.h / 2 - h / 2, image.height));
  const right = Math.ceil(within(box.x + box.w / 2 + w / 2, image.width));
  const bottom = Math.ceil(within(box.y + box.h / 2 + h / 2, image.height));
  return right > left && bottom > top
    ? { x: left, y: top, w: right - left, h: bottom - top }
    : null;
}

/** A rectangle of image pixels in CSS pixels. */
export function project(rect: IRect, placement: IPlacement): IRect {
  return {
    x: rect.x * placement.scale + placement.x,
    y: rect.y * placement.scale + placement.y,
    w: rect.w * placement.scale,
    h: rect.h * placement.scale
  };
}
