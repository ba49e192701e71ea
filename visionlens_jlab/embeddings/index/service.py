"""The search indexes of a library: kept up, built, asked, and never needed."""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Container
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.shapes import UNFINISHED
from visionlens_jlab.embeddings.index.base import BuildCancelled, VectorStore, VectorStoreError
from visionlens_jlab.embeddings.index.client import EdgeClient
from visionlens_jlab.embeddings.index.places import (
    FOLDER,
    PREFIX,
    VectorConfig,
    chosen_url,
    collection_of,
    prefix_of,
)
from visionlens_jlab.embeddings.index.server import ServerStore
from visionlens_jlab.embeddings.index.upkeep import (
    COSTS,
    Builds,
    Costs,
    Index,
    ask,
    build,
    catch_up,
    drop_others,
)
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.store.space_reader import SpaceCaches
from visionlens_jlab.embeddings.vectors.segments import Segments
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.embeddings.store.space_reader import IndexState

Array = np.ndarray[Any, Any]

COMPACT_SEGMENTS = 64
RETRY_SECONDS = 5.0
"""After a failure; twice as long after each further one, up to the next."""
MOST_RETRY_SECONDS = 300.0
QUIET_SECONDS = 1.0
"""An index is built when so long no vectors came: what comes in many calls is built once."""
MOST_QUIET_SECONDS = 300.0
"""It waits at most so long."""
_RELEVANT = frozenset({"vectors", "piece", "withdraw", "delete_samples", "delete_space"}) | {
    "vectors_set_aside"
}

_log = logging.getLogger(__name__)


class VectorService:
    """`SearchIndex` of a library, and `Follower` of its datasets.

    One thread drains the outboxes of the open datasets into their indexes; another waits for
    builders. A search is answered in the caller's thread. Where an engine fails, searches scan
    the vectors, and the drain tries again later.

    Parameters
    ----------
    library : Library
        Its datasets opened from now on are looked after.
    config : VectorConfig
    costs : Costs
        When a scan is faster than the index.
    """

    def __init__(self, library: Library, config: VectorConfig, *, costs: Costs = COSTS) -> None:
        self._library = library
        self._config = config
        self._costs = costs
        self._engines: dict[str, VectorStore] = {}
        self._indexes: dict[tuple[str, str], Index] = {}
        self._untidy: dict[str, int] = {}
        """Datasets that something may be left of, and how often it could not be removed."""
        self._lock = threading.RLock()
        self._waking: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closed = False
        self._idle = threading.Condition()
        self._busy = 0
        self._builds = Builds()
        self._changed: dict[str, float] = {}
        """When vectors came last, by dataset."""
        self._later: set[str] = set()
        """Datasets that are looked at again after a while."""
        self._thread = threading.Thread(target=self._drain, name="visionlens-drain", daemon=True)
        self._thread.start()
        library.follower = self
        if config.url:
            self._submit(self._clean_up)

    # --- told by the catalog -----------------------------------------------------------------

    def attached(self, store: OpenDataset) -> None:
        """Answer its searches."""
        store.caches.kept(SpaceCaches).index = self

    def opened(self, slug: str) -> None:
        """Look whether its indexes are what they should be."""
        self._untidy[slug] = 0
        self._wake(slug)

    def committed(self, slug: str, kind: str) -> None:
        """Bring its indexes to this commit."""
        if kind == "delete_space":
            self._untidy[slug] = 0
        if kind == "vectors":
            self._changed[slug] = time.monotonic()
        if kind in _RELEVANT:
            self._wake(slug)

    def released(self, uuid: str) -> None:
        """Let go of its indexes; another process may hold them next."""
        for index in self._forget(uuid):
            with suppress(VectorStoreError):
                index.engine.release(index.collection)

    def deleted(self, uuid: str) -> None:
        """Remove its indexes from servers; the embedded ones are gone with its folder."""
        self._forget(uuid)
        self._submit(self._clean_up)

    def state(self, uuid: str, space: str, segments: Segments) -> IndexState:
        """How far the index of a space is."""
        index = self._indexes.get((uuid, space))
        if index is None or segments.count == 0:
            return "none"
        if index.building:
            return "building"
        if index.failed:
            return "failed"
        if index.sequence is None or index.sequence < segments.sequence:
            return "behind"
        return "ready"

    def search(
        self,
        uuid: str,
        space: str,
        segments: Segments,
        target: Array,
        k: int,
        *,
        among: Array | None,
        threshold: float | None,
    ) -> tuple[Array, Array] | None:
        """Nearly as `exact.nearest`; None where a scan is faster or the index cannot tell."""
        index = self._indexes.get((uuid, space))
        if index is None or index.sequence is None or index.failed:
            return None
        if index.sequence < segments.sequence:
            return None
        try:
            return ask(
                index, segments, target, k, among=among, threshold=threshold, costs=self._costs
            )
        except VectorStoreError as error:
            self._failed(index, error)
            return None

    # --- for its owner -----------------------------------------------------------------------

    def ids(self, store: DatasetStore, space: str) -> Array:
        """The ids that the index of a space holds, uint32, ascending. VectorStoreError."""
        index = self._index(store, space, store.part(Embeddings).dimensions()[space])
        return index.engine.ids(index.collection)

    def engine(self, url: str) -> VectorStore:
        """The engine behind an address; empty: the embedded one."""
        with self._lock:
            if url not in self._engines:
                made = ServerStore(url, self._config.api_key) if url else EdgeClient()
                self._engines[url] = made
            return self._engines[url]

    def wait(self, timeout: float = 60) -> bool:
        """Wait until all that is known of is done; False when it is not in time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout)

    def close(self) -> None:
        """Stop builds, end the vector process."""
        self._closed = True
        self._waking.put(None)
        for engine in self._engines.values():
            engine.close()
        self._thread.join()
        self._builds.close()
        self._library.follower = None

    # --- the drain ---------------------------------------------------------------------------

    def _wake(self, slug: str) -> None:
        if not self._closed:
            self._count(1)
            self._waking.put(slug)

    def _failed(self, index: Index, error: Exception) -> None:
        """Remember it, say it once, and try again later."""
        if index.failed != str(error):
            _log.warning("The index of %s: %s", index.space, error)
        index.failed = str(error)
        self._retry(index.store.slug, index.failures)
        index.failures += 1

    def _retry(self, slug: str, failures: int) -> None:
        delay = min(MOST_RETRY_SECONDS, RETRY_SECONDS * 2 ** min(failures, 10))
        timer = threading.Timer(delay, self._wake, [slug])
        timer.daemon = True
        timer.start()

    def _count(self, change: int) -> None:
        with self._idle:
            self._busy += change
            self._idle.notify_all()

    def _drain(self) -> None:
        while (slug := self._waking.get()) is not None:
            try:
                if not self._closed:
                    self._attend(slug)
            except (VisionLensError, OSError) as error:
                _log.warning("The indexes of %s could not be brought up to date: %s", slug, error)
            except Exception:
                _log.exception("The indexes of %s could not be brought up to date", slug)
            finally:
                self._count(-1)

    def _attend(self, slug: str) -> None:
        store = self._library.opened(slug)
        if store is None or store.read_only or not store.database.is_open:
            return
        spaces = store.part(Embeddings).dimensions()
        self._forget(store.uuid, but=spaces)
        for space, dimension in spaces.items():
            self._attend_space(self._index(store, space, dimension))
        if store.slug in self._untidy:
            self._tidy(store, spaces)

    def _attend_space(self, index: Index) -> None:
        try:
            if (
                index.store.part(Embeddings).segments(index.space).count == 0
                and index.sequence is None
            ):
                return
            wants_build = catch_up(index)
        except (VectorStoreError, VisionLensError) as error:
            index.sequence = None
            self._failed(index, error)
            return
        if wants_build and self._vectors_come(index):
            self._look_later(index.store.slug)
        elif wants_build:
            self._build(index)
        else:
            index.failed, index.failures = "", 0
            if not index.building and _is_scattered(index.store, index.space):
                index.store.part(Embeddings).compact(index.space)

    def _index(self, store: DatasetStore, space: str, dimension: int) -> Index:
        with self._lock:
            key = (store.uuid, space)
            index = self._indexes.get(key)
            if index is None or index.collection.dimension != dimension or index.store is not store:
                engine = self.engine(chosen_url(store.folder, self._config.url))
                collection = collection_of(store, space, dimension)
                index = self._indexes[key] = Index(store, space, collection, engine)
            return index

    def _tidy(self, store: DatasetStore, spaces: dict[str, int]) -> None:
        """Remove what kills and deleted spaces left; again later where an engine is down."""
        store.mending.remove_strays(
            lambda: not self._library.state.list_jobs(dataset=store.slug, states=UNFINISHED)
        )
        kept = [collection_of(store, space, dimension) for space, dimension in spaces.items()]
        urls = {"", chosen_url(store.folder, self._config.url)}
        try:
            for engine in map(self.engine, urls):
                drop_others(engine, prefix_of(store.uuid), store.folder / FOLDER, kept)
        except VectorStoreError as error:
            failures = self._untidy[store.slug]
            if not failures:
                _log.warning("What is left of deleted spaces of %s stays: %s", store.slug, error)
            self._untidy[store.slug] = failures + 1
            self._retry(store.slug, failures)
        else:
            self._untidy.pop(store.slug, None)

    def _forget(self, uuid: str, but: Container[str] = ()) -> list[Index]:
        with self._lock:
            keys = [key for key in self._indexes if key[0] == uuid and key[1] not in but]
            return [self._indexes.pop(key) for key in keys]

    # --- builds ------------------------------------------------------------------------------

    def _vectors_come(self, index: Index) -> bool:
        """Whether an index would be out of date before it is built; searches scan meanwhile."""
        slug, now = index.store.slug, time.monotonic()
        if index.building:
            return False
        since = now - self._changed.get(slug, -math.inf)
        if index.wanted is None:
            index.wanted = now
        return since < QUIET_SECONDS and now - index.wanted < MOST_QUIET_SECONDS

    def _look_later(self, slug: str) -> None:
        """Attend to a dataset again soon; until then it counts as under way."""
        if slug in self._later:
            return

        def look() -> None:
            self._later.discard(slug)
            self._waking.put(slug)

        self._later.add(slug)
        self._count(1)
        timer = threading.Timer(QUIET_SECONDS, look)
        timer.daemon = True
        timer.start()

    def _build(self, index: Index) -> None:
        if not index.building:
            index.building, index.wanted = True, None
            rows = sum(index.store.part(Embeddings).segment_rows(index.space))
            self._submit(lambda: self._build_now(index), rows)

    def _build_now(self, index: Index) -> None:
        def go_on(_done: int, _total: int) -> None:
            if self._closed or self._is_forgotten(index):
                raise BuildCancelled
            index.store.database.touch()

        try:
            go_on(0, 0)
            build(index, go_on)
            index.sequence = None  # the fresh one says how far it is
            index.failed = ""
        except BuildCancelled:
            self._untidy.setdefault(index.store.slug, 0)
        except (VectorStoreError, VisionLensError, OSError) as error:
            self._failed(index, error)
            return
        finally:
            index.building = False
        self._wake(index.store.slug)

    def _is_forgotten(self, index: Index) -> bool:
        return self._indexes.get((index.store.uuid, index.space)) is not index

    def _submit(self, work: Callable[[], None], rows: int = 0) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                _log.exception("An index could not be looked after")
            finally:
                self._count(-1)

        self._count(1)
        try:
            self._builds.submit(rows, run)
        except RuntimeError:  # closing
            self._count(-1)

    def _clean_up(self) -> None:
        """Remove what servers still hold of deleted datasets."""
        self.engine(self._config.url)
        with self._lock:
            servers = [engine for url, engine in self._engines.items() if url]
        gone = tuple(prefix_of(row["uuid"]) for row in self._library.state.tombstones())
        for engine in servers:
            with suppress(VectorStoreError):
                for collection in engine.collections(PREFIX, self._library.data_dir):
                    if collection.name.startswith(gone):
                        engine.drop(collection)


def _is_scattered(store: DatasetStore, space: str) -> bool:
    """Many segments, with as many rows beside the largest as in it: rows are moved seldom."""
    rows = store.part(Embeddings).segment_rows(space)
    return len(rows) > COMPACT_SEGMENTS and sum(rows) >= 2 * max(rows)
