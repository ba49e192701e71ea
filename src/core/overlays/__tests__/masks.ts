/** Random masks for tests: pixels, their run lengths, and COCO's compressed text of those. */

/** A small deterministic generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface IPixels {
  readonly width: number;
  readonly height: number;
  readonly inside: (x: number, y: number) => boolean;
}

/** Blobs and noise. */
export function randomPixels(seed: number): IPixels {
  const next = random(seed);
  const width = 1 + Math.floor(next() * 24);
  const height = 1 + Math.floor(next() * 24);
  const share = next();
  const block = 1 + Math.floor(next() * 4);
  const cells = Array.from({ length: 24 * 24 }, () => next() < share);
  return {
    width,
    height,
    inside: (x, y) =>
      x >= 0 &&
      y >= 0 &&
      x < width &&
      y < height &&
      cells[Math.floor(x / block) * 24 + Math.floor(y / block)]
  };
}

export function countsOf({ width, height, inside }: IPixels): number[] {
  const counts: number[] = [];
  let value = false;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (inside(x, y) !== value) {
        counts.push(run);
        run = 0;
        value = !value;
      }
      run += 1;
    }
  }
  return [...counts, run];
}

/** `rleToString` of cocoapi's maskApi.c. */
export function compressCounts(counts: readonly number[]): string {
  let text = '';
  counts.forEach((count, i) => {
    let value = i > 2 ? count - counts[i - 2] : count;
    let more = true;
    while (more) {
      let group = value & 31;
      value >>= 5;
      more = group & 16 ? value !== -1 : value !== 0;
      if (more) {
        group |= 32;
      }
      text += String.fromCharCode(group + 48);
    }
  });
  return text;
}
