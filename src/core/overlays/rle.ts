/** Masks as COCO writes them: run lengths over the pixels of an image, column after column. */

export interface IMask {
  readonly width: number;
  readonly height: number;
  /** Where each run ends, in pixels from the start; even runs are outside, odd ones inside. */
  readonly ends: Uint32Array;
}

/**
 * Run lengths out of COCO's compressed string.
 *
 * Each number is written in groups of five bits, lowest first, in characters from `0` on; from the
 * fourth number on it is the difference to the number two before (`rleFrString` of cocoapi's maskApi.c).
 * Null where the text ends inside a number or has a character that cannot be there.
 */
export function decompressCounts(text: string): number[] | null {
  const counts: number[] = [];
  let position = 0;
  while (position < text.length) {
    let value = 0;
    let shift = 0;
    let more = true;
    while (more) {
      const group = text.charCodeAt(position++) - 48;
      if (!(group >= 0 && group < 64)) {
        return null;
      }
      value |= (group & 31) << shift;
      shift += 5;
      more = (group & 32) !== 0;
      if (!more && (group & 16) !== 0) {
        value |= -1 << shift;
      }
    }
    const known = counts.length;
    counts.push(known > 2 ? value + counts[known - 2] : value);
  }
  return counts;
}

/** A mask out of `{counts, size: [height, width]}`; null where that is none. */
export function parseMask(geometry: unknown): IMask | null {
  const { counts, size } = (geometry ?? {}) as {
    counts?: unknown;
    size?: unknown;
  };
  if (!Array.isArray(size) || size.length !== 2) {
    return null;
  }
  const [height, width] = size.map(Number);
  const runs = typeof counts === 'string' ? decompressCounts(counts) : counts;
  if (!Array.isArray(runs) || !(height > 0 && width > 0)) {
    return null;
  }
  const ends = new Uint32Array(runs.length);
  const pixels = width * height;
  let end = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = Number(runs[i]);
    if (!(run >= 0)) {
      return null;
    }
    end = Math.min(end + run, pixels);
    ends[i] = end;
  }
  return { width, height, ends };
}

/** Whether the pixel that holds this point is inside. */
export function maskContains(mask: IMask, x: number, y: number): boolean {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) {
    return false;
  }
  const pixel = column * mask.height + row;
  // the first run that ends after the pixel holds it
  let low = 0;
  let high = mask.ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (mask.ends[middle] > pixel) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low < mask.ends.length && low % 2 === 1;
}

/** Call `visit(column, from, to)` for each stretch of a column that is inside; `to` is not. */
export function eachStretch(
  { ends, height }: IMask,
  visit: (column: number, from: number, to: number) => void
): void {
  for (let run = 1; run < ends.length; run += 2) {
    let start = ends[run - 1];
    const end = ends[run];
    while (start < end) {
      const column = Math.floor(start / height);
      const next = Math.min(end, (column + 1) * height);
      visit(column, start - column * height, next - column * height);
      start = next;
    }
  }
}
