import type { IIds } from './types';

/**
 * Many ids, a bit for each up to the largest: a hundred times faster made and counted than a `Set`.
 *
 * It never changes, and gives its ids in ascending order.
 */
export class IdSet implements IIds {
  static of(ids: ArrayLike<number>): IdSet {
    return new IdSet(new Uint32Array(), 0).with(ids);
  }

  has(id: number): boolean {
    return ((this._words[id >>> 5] >>> (id & 31)) & 1) === 1;
  }

  /** These, too. */
  with(ids: ArrayLike<number> | IdSet): IdSet {
    if (ids instanceof IdSet) {
      return this._joined(ids, (mine, other) => mine | other);
    }
    let largest = 0;
    for (let i = 0; i < ids.length; i++) {
      largest = ids[i] > largest ? ids[i] : largest;
    }
    const words = new Uint32Array(
      Math.max(this._words.length, (largest >>> 5) + 1)
    );
    words.set(this._words);
    let { size } = this;
    for (let i = 0; i < ids.length; i++) {
      const bit = 1 << (ids[i] & 31);
      const at = ids[i] >>> 5;
      if ((words[at] & bit) === 0) {
        words[at] |= bit;
        size++;
      }
    }
    return new IdSet(words, size);
  }

  /** All but these. */
  without(ids: ArrayLike<number> | IdSet): IdSet {
    if (ids instanceof IdSet) {
      return this._joined(ids, (mine, other) => mine & ~other);
    }
    const words = this._words.slice();
    let { size } = this;
    for (let i = 0; i < ids.length; i++) {
      if (this.has(ids[i])) {
        const bit = 1 << (ids[i] & 31);
        const at = ids[i] >>> 5;
        size -= (words[at] & bit) === 0 ? 0 : 1;
        words[at] &= ~bit;
      }
    }
    return new IdSet(words, size);
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let at = 0; at < this._words.length; at++) {
      // the lowest bit that is set, until there is none
      for (let word = this._words[at]; word !== 0; word &= word - 1) {
        yield 32 * at + 31 - Math.clz32(word & -word);
      }
    }
  }

  /** @internal Made by `of` and by `BitsOfIds`. */
  constructor(
    private readonly _words: Uint32Array,
    readonly size: number
  ) {}

  private _joined(
    { _words: others }: IdSet,
    join: (mine: number, other: number) => number
  ): IdSet {
    const mine = this._words;
    const words = new Uint32Array(Math.max(mine.length, others.length));
    let size = 0;
    for (let at = 0; at < words.length; at++) {
      words[at] = join(mine[at] ?? 0, others[at] ?? 0);
      size += bitsOf(words[at]);
    }
    return new IdSet(words, size);
  }
}

/** How many bits of a word are set. */
function bitsOf(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  return (((sums + (sums >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Collects ids below a limit, each given once, into an `IdSet`; no list of them is made. */
export class BitsOfIds {
  constructor(limit: number) {
    this._words = new Uint32Array((limit >>> 5) + 1);
  }

  add(id: number): void {
    this._words[id >>> 5] |= 1 << (id & 31);
    this._size++;
  }

  /** Those of `ids[from]` to `ids[to - 1]` for which `marks[id] >= least`. */
  addRun(
    ids: Uint32Array,
    from: number,
    to: number,
    marks: Uint8Array,
    least: number
  ): void {
    const words = this._words;
    let added = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (marks[id] >= least) {
        words[id >>> 5] |= 1 << (id & 31);
        added++;
      }
    }
    this._size += added;
  }

  toSet(): IdSet {
    return new IdSet(this._words, this._size);
  }

  private readonly _words: Uint32Array;
  private _size = 0;
}
