/** Thumbnails of a dataset, fetched a screenful at a time: a browser asks for few things at once. */
import type { IClient, IThumbnail } from '../../client/context';
import * as React from 'react';

/** Told the address of a thumbnail; null: there is none. */
export type OnThumbnail = (url: string | null) => void;

interface IEntry {
  readonly thumbnail: IThumbnail;
  /** Undefined: not here yet. */
  url: string | null | undefined;
  /** The request that will bring it. */
  request: IRequest | null;
  /** Who shows it, or waits for it. */
  readonly holders: Set<OnThumbnail>;
}

interface IRequest {
  readonly abort: AbortController;
  readonly entries: readonly IEntry[];
}

/** How many one request brings: half a screen, so that the first are seen early. */
const BATCH = 48;
/** Requests at a time; the browser's other connections are left to the rest of the page. */
const PARALLEL = 2;
const KEPT = 2000;

export class Thumbnails {
  constructor(
    private readonly _client: Pick<IClient, 'thumbnails'>,
    private readonly _dataset: string,
    private readonly _options: { batch?: number; kept?: number } = {}
  ) {}

  /** The address of a thumbnail that is here. */
  get(thumbnail: IThumbnail): string | null | undefined {
    return this._entries.get(keyOf(thumbnail))?.url;
  }

  /**
   * Hold a thumbnail: `tell` gets its address, at once if it is here.
   *
   * The answer lets go of it; what nobody holds any more is not fetched any further.
   */
  hold(thumbnail: IThumbnail, tell: OnThumbnail): () => void {
    return this._hold(thumbnail, tell, this._queue);
  }

  /** Fetch thumbnails that will be shown soon, after those that are shown; they replace others. */
  fetchAhead(thumbnails: readonly IThumbnail[]): void {
    const before = this._ahead;
    this._ahead = new Map();
    for (const thumbnail of thumbnails) {
      const key = keyOf(thumbnail);
      if (!this._ahead.has(key)) {
        this._ahead.set(
          key,
          before.get(key) ?? this._hold(thumbnail, ignore, this._soon)
        );
      }
    }
    for (const [key, letGo] of before) {
      if (!this._ahead.has(key)) {
        letGo();
      }
    }
    this._ask();
  }

  private _hold(
    thumbnail: IThumbnail,
    tell: OnThumbnail,
    queue: Set<IEntry>
  ): () => void {
    const key = keyOf(thumbnail);
    const entry = this._entry(key, thumbnail);
    // One function may hold it twice.
    const holder: OnThumbnail = url => tell(url);
    entry.holders.add(holder);
    if (entry.url !== undefined) {
      tell(entry.url);
    } else if (entry.request === null && !this._queue.has(entry)) {
      this._soon.delete(entry);
      queue.add(entry);
      this._schedule();
    }
    return () => {
      entry.holders.delete(holder);
      if (entry.holders.size === 0 && entry.url === undefined) {
        this._drop(key, entry);
      }
    };
  }

  /** Forget one that nobody waits for; a request of which nothing is wanted ends. */
  private _drop(key: string, entry: IEntry): void {
    this._queue.delete(entry);
    this._soon.delete(entry);
    const { request } = entry;
    if (request === null) {
      this._entries.delete(key);
    } else if (request.entries.every(({ holders }) => holders.size === 0)) {
      request.abort.abort();
    }
  }

  dispose(): void {
    this._disposed.abort();
    clearTimeout(this._timer);
    this._queue.clear();
    this._soon.clear();
    this._entries.forEach(revoke);
    this._entries.clear();
  }

  private _entry(key: string, thumbnail: IThumbnail): IEntry {
    const entry = this._entries.get(key) ?? {
      thumbnail,
      url: undefined,
      request: null,
      holders: new Set()
    };
    // The last in order was held last.
    this._entries.delete(key);
    this._entries.set(key, entry);
    return entry;
  }

  /** Ask once the present round of effects is over. */
  private _schedule(): void {
    this._timer ??= setTimeout(() => this._ask());
  }

  private _ask(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    while (this._queue.size + this._soon.size > 0 && this._running < PARALLEL) {
      void this._fetch();
    }
  }

  private async _fetch(): Promise<void> {
    const batch = [...this._queue, ...this._soon].slice(
      0,
      this._options.batch ?? BATCH
    );
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    this._disposed.signal.addEventListener('abort', stop);
    const request: IRequest = { abort, entries: batch };
    for (const entry of batch) {
      entry.request = request;
      this._queue.delete(entry);
      this._soon.delete(entry);
    }
    this._running += 1;
    const images = await this._client
      .thumbnails(
        this._dataset,
        batch.map(({ thumbnail }) => thumbnail),
        abort.signal
      )
      .catch(() => null);
    this._running -= 1;
    this._disposed.signal.removeEventListener('abort', stop);
    if (!this._disposed.signal.aborted) {
      batch.forEach((entry, i) => this._received(entry, images?.[i] ?? null));
      this._forget();
      this._ask();
    }
  }

  private _received(entry: IEntry, image: Blob | null): void {
    const stopped = entry.request?.abort.signal.aborted ?? false;
    entry.request = null;
    if (stopped && entry.holders.size > 0) {
      // Somebody came for it while its request was being stopped.
      this._queue.add(entry);
      return;
    }
    entry.url = image && URL.createObjectURL(image);
    if (entry.url === null) {
      // Whoever comes next asks again.
      this._entries.delete(keyOf(entry.thumbnail));
    }
    entry.holders.forEach(tell => tell(entry.url ?? null));
  }

  /** Let go of those held longest ago, of which nobody shows any. */
  private _forget(): void {
    const kept = this._options.kept ?? KEPT;
    for (const [key, entry] of this._entries) {
      if (this._entries.size <= kept) {
        return;
      }
      if (entry.holders.size === 0 && entry.url !== undefined) {
        this._entries.delete(key);
        revoke(entry);
      }
    }
  }

  private readonly _entries = new Map<string, IEntry>();
  /** Those that are shown and not here yet. */
  private readonly _queue = new Set<IEntry>();
  /** Those that will be shown soon. */
  private readonly _soon = new Set<IEntry>();
  /** What is held ahead, and how it is let go. */
  private _ahead = new Map<string, () => void>();
  private readonly _disposed = new AbortController();
  private _running = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function ignore(): void {
  // It is held so that it comes.
}

function keyOf({ sampleId, version }: IThumbnail): string {
  return `${sampleId} ${version}`;
}

function revoke({ url }: IEntry): void {
  if (url) {
    URL.revokeObjectURL(url);
  }
}

/** How long a tile must stay while the grid scrolls before its image is asked for, in milliseconds. */
const REST = 60;

/**
 * The address of a tile's thumbnail; undefined: on its way, null: there is none.
 *
 * While `scrolling`, one that is not here yet waits a moment, so that tiles which only pass ask
 * for nothing.
 */
export function useThumbnail(
  thumbnails: Thumbnails,
  thumbnail: IThumbnail,
  scrolling: () => boolean
): string | null | undefined {
  const { sampleId, version } = thumbnail;
  const [url, setUrl] = React.useState(() => thumbnails.get(thumbnail));
  React.useEffect(() => {
    const wanted = { sampleId, version };
    let letGo: (() => void) | undefined;
    const hold = (): void => {
      letGo = thumbnails.hold(wanted, setUrl);
    };
    const here = thumbnails.get(wanted);
    setUrl(here);
    const wait = here === undefined && scrolling();
    const timer = wait ? window.setTimeout(hold, REST) : undefined;
    if (!wait) {
      hold();
    }
    return () => {
      window.clearTimeout(timer);
      letGo?.();
    };
  }, [thumbnails, sampleId, version, scrolling]);
  return url;
}
