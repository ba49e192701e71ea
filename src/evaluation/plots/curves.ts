/** Curves as paths, and the point of a curve that is meant. */
import type { ICurve } from '../client';
import { scaleX, scaleY } from './Plot';

/** The curve as an SVG path; x and y are shares. */
export function curvePath({ x, y }: ICurve): string {
  return x
    .map(
      (share, i) =>
        `${i === 0 ? 'M' : 'L'}${scaleX(share).toFixed(1)} ${scaleY(y[i]).toFixed(1)}`
    )
    .join('');
}

/** The point nearest to a place; -1: there is none. */
export function nearestPoint(
  { x, y }: ICurve,
  at: { readonly x: number; readonly y: number }
): number {
  let best = -1;
  let least = Infinity;
  x.forEach((share, i) => {
    // what is meant is mostly read off the horizontal axis
    const distance = 4 * (share - at.x) ** 2 + (y[i] - at.y) ** 2;
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

/** The point at a threshold: the last whose confidence is not below it; -1: there is none. */
export function pointAt({ confidence }: ICurve, threshold: number): number {
  let best = -1;
  let least = Infinity;
  (confidence ?? []).forEach((value, i) => {
    if (value !== null && value >= threshold && value <= least) {
      least = value;
      best = i;
    }
  });
  return best;
}
