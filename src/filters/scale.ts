/** A histogram's horizontal axis: fractions of its width to values of the field and back. */
import { formatNumber, formatTime } from '../components/format';
import type { IFacet } from '../client/types';
import type { IRange } from './tree';

export type ScaleKind = 'number' | 'time';

/** First low and last high of the bins. */
export function extent(facet: IFacet): [number, number] {
  const { bins } = facet;
  return bins.length === 0
    ? [facet.low ?? 0, facet.high ?? 0]
    : [bins[0].low, bins[bins.length - 1].high];
}

/** A value as a position between 0 and 1; values outside are clamped. */
export function position(value: number, [low, high]: [number, number]): number {
  return high > low
    ? Math.min(Math.max((value - low) / (high - low), 0), 1)
    : 0;
}

/** Seconds since 1970 of an end of a range, or the number itself; null: open or no such value. */
export function toNumber(
  value: number | string | null,
  kind: ScaleKind
): number | null {
  if (value === null || typeof value === 'number') {
    return value;
  }
  const number = kind === 'time' ? Date.parse(value) / 1000 : Number(value);
  return Number.isFinite(number) ? number : null;
}

/** The end of a range as the filter holds it. */
export function fromNumber(value: number, kind: ScaleKind): number | string {
  return kind === 'time' ? new Date(value * 1000).toISOString() : value;
}

/** An end of a range as people read it. */
export function label(value: number, kind: ScaleKind): string {
  return kind === 'time'
    ? formatTime(new Date(value * 1000).toISOString())
    : formatNumber(value);
}

/**
 * The range of the bins that a drag between two fractions touches.
 *
 * Ends snap to the edges of bins and leave the upper one out, so that what a bin counts is what a
 * click on it shows; at an end of the axis the range is open.
 */
export function brushed(
  facet: IFacet,
  from: number,
  to: number,
  kind: ScaleKind
): IRange {
  const count = facet.bins.length;
  const bin = (fraction: number): number =>
    Math.min(Math.max(Math.floor(fraction * count), 0), count - 1);
  const first = bin(Math.min(from, to));
  const last = bin(Math.max(from, to));
  return {
    low: first === 0 ? null : fromNumber(facet.bins[first].low, kind),
    high: last === count - 1 ? null : fromNumber(facet.bins[last].high, kind),
    below: last < count - 1
  };
}
