/** Where the camera stands so that an area fits. */
import type { IBounds, ICamera } from '../canvas/renderer';

/** Free space around, as a share of the panel. */
const MARGIN = 0.06;

/**
 * The camera that shows an area in `size` CSS pixels; three dimensions fit from any side.
 *
 * @param most - the largest zoom; a single point has no size of its own.
 */
export function fitCamera(
  { low, high }: IBounds,
  dimensions: 2 | 3,
  size: { width: number; height: number },
  most = 24
): ICamera {
  const extent = high.map((value, axis) => value - low[axis]);
  const [x, y, z = 0] = low.map((value, axis) => value + extent[axis] / 2);
  const room = 1 - 2 * MARGIN;
  const scale =
    dimensions === 3
      ? (room * Math.min(size.width, size.height)) / Math.hypot(...extent)
      : Math.min(
          (room * size.width) / extent[0],
          (room * size.height) / extent[1]
        );
  const zoom = Math.min(Math.log2(scale), most);
  return {
    target: [x, y, z],
    zoom: Number.isFinite(zoom) ? zoom : Math.min(most, 4),
    ...(dimensions === 3 && { rotationX: 20, rotationOrbit: 30 })
  };
}

/** Nearer by some steps, farther where negative; two steps double the size. */
export function zoomed(camera: ICamera, steps: number): ICamera {
  return { ...camera, zoom: camera.zoom + steps / 2 };
}
