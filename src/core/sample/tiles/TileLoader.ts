/** Fetches tiles: a few at once, what is wanted first; what is not wanted any more is dropped. */
import { nameOf, type ITilePlace } from './layout';

/** So many requests at once leave some of the browser's for everything else. */
const AT_ONCE = 4;
/** Decoded tiles take a megabyte each. */
const KEPT = 128;
/** So often it is said that a tile is missing: those of a damaged image stay so. */
const MISSES = 3;

export class TileLoader {
  /** `missing`: a tile that should be there was not. */
  constructor(
    private readonly _url: (place: ITilePlace) => string,
    private readonly _changed: () => void,
    private readonly _missing: () => void
  ) {}

  get(place: ITilePlace): ImageBitmap | undefined {
    return this._tiles.get(nameOf(place));
  }

  /** These are wanted, in this order, and no others. */
  want(places: readonly ITilePlace[]): void {
    const names = new Set(places.map(nameOf));
    for (const [name, abort] of this._loading) {
      if (!names.has(name)) {
        abort.abort();
        this._loading.delete(name);
      }
    }
    for (const name of names) {
      const tile = this._tiles.get(name);
      if (tile !== undefined) {
        // Used last: it goes last.
        this._tiles.delete(name);
        this._tiles.set(name, tile);
      }
    }
    this._waiting = places.filter(
      place =>
        !this._tiles.has(nameOf(place)) && !this._failed.has(nameOf(place))
    );
    this._next();
  }

  /** What was not there may be now. */
  retry(): void {
    this._failed.clear();
  }

  close(): void {
    this.want([]);
    this._closed = true;
    for (const tile of this._tiles.values()) {
      tile.close();
    }
    this._tiles.clear();
  }

  private _next(): void {
    while (this._loading.size < AT_ONCE && this._waiting.length > 0) {
      const place = this._waiting.shift()!;
      if (!this._loading.has(nameOf(place))) {
        void this._load(place);
      }
    }
  }

  private async _load(place: ITilePlace): Promise<void> {
    const name = nameOf(place);
    const abort = new AbortController();
    this._loading.set(name, abort);
    try {
      // Not Lab's own request, which keeps nothing in the browser's cache.
      const answer = await fetch(this._url(place), { signal: abort.signal });
      if (answer.ok) {
        this._keep(name, await createImageBitmap(await answer.blob()));
      } else {
        this._failed.add(name);
        if (this._misses++ < MISSES) {
          this._missing();
        }
      }
    } catch {
      if (!abort.signal.aborted) {
        this._failed.add(name);
      }
    }
    if (this._loading.get(name) === abort) {
      this._loading.delete(name);
      this._next();
    }
    if (!this._closed && !abort.signal.aborted) {
      this._changed();
    }
  }

  private _keep(name: string, tile: ImageBitmap): void {
    if (this._closed) {
      tile.close();
      return;
    }
    this._tiles.set(name, tile);
    for (const [oldest, old] of this._tiles) {
      if (this._tiles.size <= KEPT) {
        break;
      }
      this._tiles.delete(oldest);
      old.close();
    }
  }

  /** The one used longest ago first. */
  private readonly _tiles = new Map<string, ImageBitmap>();
  private readonly _failed = new Set<string>();
  private readonly _loading = new Map<string, AbortController>();
  private _waiting: ITilePlace[] = [];
  private _misses = 0;
  private _closed = false;
}
