import type { IFacet } from '../../../client/types';
import {
  brushed,
  extent,
  fromNumber,
  label,
  position,
  toNumber
} from '../scale';

const FACET: IFacet = {
  field: 'brightness',
  level: 'samples',
  type: 'histogram',
  label: 'Brightness',
  values: [],
  distinct: 0,
  bins: [0, 10, 20, 30].map(low => ({
    low,
    high: low + 10,
    count: 1,
    total: 2
  })),
  missing: 0,
  low: 0,
  high: 40
};

describe('brushed', () => {
  it('snaps to the bins a drag touches, in either direction', () => {
    expect(brushed(FACET, 0.3, 0.6, 'number')).toEqual({
      low: 10,
      high: 30,
      below: true
    });
    expect(brushed(FACET, 0.6, 0.3, 'number')).toEqual({
      low: 10,
      high: 30,
      below: true
    });
  });

  it('selects one bin by a click', () => {
    expect(brushed(FACET, 0.3, 0.3, 'number')).toEqual({
      low: 10,
      high: 20,
      below: true
    });
  });

  it('is open where it reaches the end of the axis', () => {
    expect(brushed(FACET, 0, 0.1, 'number')).toEqual({
      low: null,
      high: 10,
      below: true
    });
    expect(brushed(FACET, 1, 0.8, 'number')).toEqual({
      low: 30,
      high: null,
      below: false
    });
    expect(brushed(FACET, 0, 1, 'number')).toEqual({
      low: null,
      high: null,
      below: false
    });
  });
});

describe('axis', () => {
  it('spans the bins', () => {
    expect(extent(FACET)).toEqual([0, 40]);
    expect(extent({ ...FACET, bins: [] })).toEqual([0, 40]);
  });

  it('clamps positions', () => {
    expect(position(10, [0, 40])).toBe(0.25);
    expect(position(-1, [0, 40])).toBe(0);
    expect(position(99, [0, 40])).toBe(1);
    expect(position(1, [1, 1])).toBe(0);
  });

  it('turns times into ISO 8601 and back', () => {
    const iso = fromNumber(1767225600, 'time');
    expect(iso).toBe('2026-01-01T00:00:00.000Z');
    expect(toNumber(iso, 'time')).toBe(1767225600);
    expect(label(1767225600, 'time')).toBe('2026-01-01 00:00');
    expect(toNumber('soon', 'time')).toBeNull();
  });
});
