import {
  formatBytes,
  formatCount,
  formatNumber,
  formatOrdinal,
  formatTime
} from '../format';
import { trans } from './fakes';

describe('format', () => {
  it('groups thousands', () => {
    expect(formatCount(102453)).toBe('102,453');
  });

  it.each([
    [0.051349, '0.05135'],
    [171.23456, '171.2'],
    [12345.678, '12,346'],
    [-0.5, '-0.5'],
    [640, '640'],
    [NaN, '–']
  ])('writes %p as %p', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [31234, '31.2 kB'],
    [456000, '456 kB'],
    [5e12, '5.0 TB']
  ])('writes %p bytes as %p', (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });

  it('writes times in UTC and leaves other text alone', () => {
    expect(formatTime('2026-03-01T14:05:59Z')).toBe('2026-03-01 14:05');
    expect(formatTime('yesterday')).toBe('yesterday');
  });

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [1322, '1,322nd']
  ])('counts %p as %p', (value, text) => {
    expect(formatOrdinal(value, trans)).toBe(text);
  });
});
