import { random } from '../../../map/points/__tests__/random';
import { BitsOfIds, IdSet } from '../idSet';

describe('IdSet', () => {
  it('is what a Set would be', () => {
    const next = random(3);
    const some = (): number[] =>
      Array.from({ length: 200 }, () => Math.floor(500 * next()));
    for (let round = 0; round < 20; round++) {
      const [first, more, fewer] = [some(), some(), some()];
      const set = new Set([...first, ...more]);
      fewer.forEach(id => set.delete(id));
      const before = IdSet.of(first);
      const ids = before.with(Uint32Array.from(more)).without(fewer);
      const sorted = [...set].sort((a, b) => a - b);
      expect([...ids]).toEqual(sorted);
      expect(ids.size).toBe(set.size);
      const same = before.with(IdSet.of(more)).without(IdSet.of(fewer));
      expect([...same]).toEqual(sorted);
      expect(same.size).toBe(set.size);
      for (let id = 0; id < 1000; id++) {
        expect(ids.has(id)).toBe(set.has(id));
      }
      expect([...before].length).toBe(new Set(first).size);
    }
  });

  it('knows the last bit of a word and ids beyond 2 ** 31', () => {
    const ids = IdSet.of([31, 0, 63, 32]);
    expect([...ids]).toEqual([0, 31, 32, 63]);
    expect([...ids.without([0, 99])]).toEqual([31, 32, 63]);
    expect(ids.without([0, 0, 99]).size).toBe(3);
    expect(ids.has(2 ** 31 + 31)).toBe(false);
    expect([...IdSet.of([])]).toEqual([]);
  });

  it('is collected bit by bit', () => {
    const bits = new BitsOfIds(64);
    [63, 0, 31, 32].forEach(id => bits.add(id));
    expect([...bits.toSet()]).toEqual([0, 31, 32, 63]);
    expect(bits.toSet().size).toBe(4);
    expect([...new BitsOfIds(0).toSet()]).toEqual([]);
  });
});
