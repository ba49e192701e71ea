/** Thumbnails of a dataset, fetched a screenful at a time: a browser asks for few things at once. */
import type { IClient, IThumbnail } from '../../client/context';
import * as React from 'react';

/** Told the address of a thumbnail; null: there is none. */
export type OnThumbnail = (url: string | null) => void;

interface IEntry {
  readonly thumbnail: IThumbnail;
  /** Undefined: not here yet. */
  url: string | null | undefined;
  asked: boolean;
  /** Who shows it, or waits for it. */
  readonly holders: Set<OnThumbnail>;
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
   * The answer lets go of it; one that was not asked for by then is not fetched.
   */
  hold(thumbnail: IThumbnail, tell: OnThumbnail): () => void {
    const key = keyOf(thumbnail);
    const entry = this._entry(key, thumbnail);
    // One function may hold it twice.
    const holder: OnThumbnail = url => tell(url);
    entry.holders.add(holder);
    if (entry.url !== undefined) {
      tell(entry.url);
    } else if (!entry.asked) {
      this._queue.add(entry);
      this._schedule();
    }
    return () => {
      entry.holders.delete(holder);
      if (entry.holders.size === 0 && !entry.asked) {
        this._queue.delete(entry);
        this._entries.delete(key);
      }
    };
  }

  /** Fetch thumbnails that will be shown soon. */
  fetchAhead(thumbnails: readonly IThumbnail[]): void {
    for (const thumbnail of thumbnails) {
      const done = this.hold(thumbnail, () => setTimeout(() => done()));
    }
    this._ask();
  }

  dispose(): void {
    this._disposed.abort();
    clearTimeout(this._timer);
    this._queue.clear();
    this._entries.forEach(revoke);
    this._entries.clear();
  }

  private _entry(key: string, thumbnail: IThumbnail): IEntry {
    const entry = this._entries.get(key) ?? {
      thumbnail,
      url: undefined,
      asked: false,
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
    while (this._queue.size > 0 && this._running < PARALLEL) {
      void this._fetch();
    }
  }

  private async _fetch(): Promise<void> {
    const batch = [...this._queue].slice(0, this._options.batch ?? BATCH);
    for (const entry of batch) {
      entry.asked = true;
      this._queue.delete(entry);
    }
    this._running += 1;
    const images = await this._client
      .thumbnails(
        this._dataset,
        batch.map(({ thumbnail }) => thumbnail),
        this._disposed.signal
      )
      .catch(() => null);
    this._running -= 1;
    if (!this._disposed.signal.aborted) {
      batch.forEach((entry, i) => this._received(entry, images?.[i] ?? null));
      this._forget();
      this._ask();
    }
  }

  private _received(entry: IEntry, image: Blob | null): void {
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
  private readonly _queue = new Set<IEntry>();
  private readonly _disposed = new AbortController();
  private _running = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
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
