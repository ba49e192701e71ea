/** Repeatable random numbers for property tests (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` points in the unit square, a tenth of them missing. */
export function cloud(
  count: number,
  stride: number,
  seed: number
): Float32Array {
  const next = random(seed);
  const values = new Float32Array(count * stride);
  for (let id = 0; id < count; id++) {
    const gone = next() < 0.1;
    for (let axis = 0; axis < stride; axis++) {
      values[id * stride + axis] = gone ? NaN : next();
    }
  }
  return values;
}
