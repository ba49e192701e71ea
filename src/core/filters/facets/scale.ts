/** A histogram's horizontal axis: fractions of its width to values of the field and back. */
import { formatNumber, formatTime } from '../../components/format';
import type { IFacet } from '../../client/types';
import type { IRange } from '../tree';

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
 * The range of the bins from `first` to `last`, both included.
 *
 * Ends are edges of bins and leave the upper one out, so that what a bin counts is what a click on
 * it shows; at an end of the axis the range is open.
 */
export function binRange(
  { bins }: IFacet,
  first: number,
  last: number,
  kind: ScaleKind
): IRange {
  const end = bins.length - 1;
  return {
    low: first <= 0 ? null : fromNumber(bins[first].low, kind),
    high: last >= end ? null : fromNumber(bins[last].high, kind),
    below: last < end
  };
}

/** First and last bin that a range touches. */
export function binsOf(
  facet: IFacet,
  range: IRange,
  kind: ScaleKind
): [number, number] {
  const axis = extent(facet);
  const end = facet.bins.length - 1;
  const low = toNumber(range.low, kind);
  const high = toNumber(range.high, kind);
  const clamp = (bin: number): number => Math.min(Math.max(bin, 0), end);
  const at = (value: number): number =>
    position(value, axis) * facet.bins.length;
  // Edges are computed, so they may lie a hair beside a whole number.
  return [
    low === null ? 0 : clamp(Math.floor(at(low) + 1e-6)),
    high === null ? end : clamp(Math.ceil(at(high) - 1e-6) - 1)
  ];
}

/** The range of the bins that a drag between two fractions touches. */
export function brushed(
  facet: IFacet,
  from: number,
  to: number,
  kind: ScaleKind
): IRange {
  const count = facet.bins.length;
  const bin = (fraction: number): number =>
    Math.min(Math.max(Math.floor(fraction * count), 0), count - 1);
  const [first, last] = [Math.min(from, to), Math.max(from, to)].map(bin);
  return binRange(facet, first, last, kind);
}
