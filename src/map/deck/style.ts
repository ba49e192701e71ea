/** Sizes and opacities of points: few are large, many are small and let others shine through. */
import type { IPointStyle } from './pointLayer';

/** Red, green, blue from 0 to 1. */
export type Rgb = readonly [number, number, number];

/** A point is never drawn larger, however near; CSS pixels. */
const MOST_RADIUS = 9;
/** Where more points than this are drawn, a screen of high density is drawn at its plain size. */
const DENSE = 200_000;

/** Device pixels per CSS pixel to draw at. */
export function pixelRatio(count: number): number {
  return Math.min(window.devicePixelRatio || 1, count > DENSE ? 1 : 2);
}

/** Radius in CSS pixels of one of `count` points, `nearer` doublings closer than where all fit. */
export function pointRadius(count: number, nearer: number): number {
  const far = Math.min(
    Math.max(4.4 - 0.85 * Math.log10(count / 100 + 1), 1),
    4.5
  );
  return Math.min(far * 2 ** (0.4 * Math.max(nearer, 0)), MOST_RADIUS);
}

function opacity(count: number, nearer: number): number {
  const far = Math.min(
    Math.max(1.1 - 0.12 * Math.log10(count / 100 + 1), 0.4),
    0.9
  );
  return Math.min(far + 0.08 * Math.max(nearer, 0), 0.92);
}

/** The style at some distance; `ring` is a colour of the theme. */
export function pointStyle(
  ring: Rgb,
  count: number,
  nearer: number,
  emphasis: boolean
): IPointStyle {
  const own = opacity(count, nearer);
  return {
    radius: pointRadius(count, nearer),
    opacity: emphasis ? 0.55 * own : own,
    maskedOpacity: 0.12,
    ring
  };
}

/** A colour of the theme; grey where it is none. */
export function cssColor(host: HTMLElement, name: string): Rgb {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  host.append(probe);
  const text = getComputedStyle(probe).color;
  probe.remove();
  const [r, g, b] = (
    /[\d.]+[, ]+[\d.]+[, ]+[\d.]+/.exec(text)?.[0] ?? '128,128,128'
  )
    .split(/[, ]+/)
    .map(value => Number(value) / 255);
  return [r, g, b];
}
