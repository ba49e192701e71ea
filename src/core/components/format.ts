/** Numbers, sizes and times as the panels write them. */
import type { TranslationBundle } from '@jupyterlab/translation';

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ORDINAL = new Intl.PluralRules('en-US', { type: 'ordinal' });
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** An integer with thousands separators: `102,453`. */
export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** Text that a narrow panel does not break: `3,404 annotations`. */
export function unbroken(text: string): string {
  return text.replace(/ /g, '\u00a0');
}

/** A measured number with at most four significant digits: `0.0513`, `171.2`, `12,345`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return '–';
  }
  if (Number.isInteger(value) || Math.abs(value) >= 10000) {
    return COUNT.format(value);
  }
  return String(Number(value.toPrecision(4)));
}

/** A size in bytes, decimal units: `31.2 kB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(
    Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0),
    BYTE_UNITS.length - 1
  );
  const value = bytes / 1000 ** power;
  const digits = power > 0 && value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[power]}`;
}

/** An ISO 8601 time as `2026-03-01 14:05`, in UTC; other text is returned as it is. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) {
    return iso;
  }
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

/** A position counted from one: `1st`, `22nd`, `347th`. */
export function formatOrdinal(value: number, trans: TranslationBundle): string {
  const count = formatCount(value);
  switch (ORDINAL.select(value)) {
    case 'one':
      return trans.__('%1st', count);
    case 'two':
      return trans.__('%1nd', count);
    case 'few':
      return trans.__('%1rd', count);
    default:
      return trans.__('%1th', count);
  }
}
