/** Zoom and pan of an image in its viewport, as values that outlive the image shown. */
import {
  placeImage,
  type IPlacement,
  type ISize
} from '../components/placement';

export interface IPoint {
  readonly x: number;
  readonly y: number;
}

export interface IZoom {
  /** CSS pixels per image pixel; fit: as large as the viewport allows. */
  readonly scale: number | 'fit';
  /** What lies at the viewport's centre, as fractions of the image's sides. */
  readonly center: IPoint;
}

export const FIT: IZoom = { scale: 'fit', center: { x: 0.5, y: 0.5 } };
export const ACTUAL: IZoom = { scale: 1, center: { x: 0.5, y: 0.5 } };

const MAX_SCALE = 40;

/** An offset that leaves no gap beside a larger image and centres a smaller one. */
function settle(offset: number, length: number, available: number): number {
  return length <= available
    ? (available - length) / 2
    : Math.min(Math.max(offset, available - length), 0);
}

/** Where the image's pixels lie in the viewport. */
export function place(zoom: IZoom, image: ISize, box: ISize): IPlacement {
  const { scale, center } = zoom;
  if (scale === 'fit') {
    return placeImage(image, box);
  }
  const width = image.width * scale;
  const height = image.height * scale;
  return {
    scale,
    x: settle(box.width / 2 - center.x * width, width, box.width),
    y: settle(box.height / 2 - center.y * height, height, box.height)
  };
}

/** The zoom that has this scale and offset. */
function zoomOf(placement: IPlacement, image: ISize, box: ISize): IZoom {
  const { scale, x, y } = placement;
  return {
    scale,
    center: {
      x: (box.width / 2 - x) / (image.width * scale),
      y: (box.height / 2 - y) / (image.height * scale)
    }
  };
}

/** Enlarge by `factor`; the image's point under `at` (CSS pixels) stays there. */
export function zoomAt(
  zoom: IZoom,
  image: ISize,
  box: ISize,
  factor: number,
  at: IPoint
): IZoom {
  const old = place(zoom, image, box);
  const smallest = Math.min(placeImage(image, box).scale, 1) / 2;
  const scale = Math.min(Math.max(old.scale * factor, smallest), MAX_SCALE);
  const ratio = scale / old.scale;
  return zoomOf(
    {
      scale,
      x: at.x - (at.x - old.x) * ratio,
      y: at.y - (at.y - old.y) * ratio
    },
    image,
    box
  );
}

/** Move the image by CSS pixels, as far as it reaches. */
export function panBy(
  zoom: IZoom,
  image: ISize,
  box: ISize,
  dx: number,
  dy: number
): IZoom {
  const { scale, x, y } = place(zoom, image, box);
  const width = image.width * scale;
  const height = image.height * scale;
  return zoomOf(
    {
      scale,
      x: settle(x + dx, width, box.width),
      y: settle(y + dy, height, box.height)
    },
    image,
    box
  );
}
