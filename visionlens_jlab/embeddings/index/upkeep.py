"""Bringing an index to what its dataset holds, asking it, and threads that wait for builders."""

from __future__ import annotations

import heapq
import itertools
import math
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from visionlens_jlab.embeddings.index.base import Collection, Source, VectorStore
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.vectors.segments import Segments

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.embeddings.store.embeddings import VectorChanges

SMALL_ROWS = 200_000
"""One thread builds nothing larger."""
_MOST = 4


class Builds:
    """Runs what is submitted, the smallest first.

    Parameters
    ----------
    count : int, optional
        Threads, 2 at least; by default half as many as there are processors, 4 at most.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = max(2, min(_MOST, (os.cpu_count() or 1) // 2) if count is None else count)
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._changed = threading.Condition()

    def submit(self, rows: int, work: Callable[[], None]) -> None:
        """Have it run, `work` must not raise; RuntimeError once it was closed."""
        with self._changed:
            if self._closed:
                raise RuntimeError("no more builds")
            heapq.heappush(self._waiting, (rows, next(self._numbers), work))
            for number in range(len(self._threads), self._count):
                most = SMALL_ROWS if number == 0 else None
                thread = threading.Thread(
                    target=self._run, args=(most,), name=f"visionlens-index-{number}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Forget what waits, and wait for the end of what runs."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self, most: int | None) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._has_work(most))
                if self._closed:
                    return
                work = heapq.heappop(self._waiting)[2]
            work()

    def _has_work(self, most: int | None) -> bool:
        return bool(self._waiting) and (most is None or self._waiting[0][0] <= most)


REBUILD_POINTS = 20_000
"""From so many points on that came after it was built an index is built anew."""


@dataclass
class Index:
    """The index of one space and how far it is."""

    store: DatasetStore
    space: str
    collection: Collection
    engine: VectorStore
    sequence: int | None = None
    """All commits up to this one are in it; None: not known."""
    points: int = 0
    built: int = 0
    building: bool = False
    wanted: float | None = None
    """Since when it waits to be built, as a monotonic time."""
    failed: str = ""
    failures: int = 0
    """In a row."""


def catch_up(index: Index) -> bool:
    """Apply to an index what its dataset's commits changed; True when it is to be built (again).

    The first time the ids of both are compared too, for a kill may have come at any moment.

    Raises
    ------
    VectorStoreError
    VisionLensError
    """
    if index.sequence is None:
        info = index.engine.info(index.collection)
        if info is None or info.sequence > index.store.version:
            return True
        changes = index.store.part(Embeddings).changes(index.space, info.sequence)
        if changes.recreated:
            return True
        there = index.engine.ids(index.collection)
        wanted = changes.segments.ids
        missing = np.setdiff1d(wanted, there)
        changed = np.union1d(changes.changed, missing).astype(np.uint32)
        removed = np.setdiff1d(there, wanted)
        index.built = info.built
    else:
        changes = index.store.part(Embeddings).changes(index.space, index.sequence)
        if changes.recreated:
            index.sequence = None
            return catch_up(index)
        changed, removed = changes.changed, changes.removed
    if len(changed) > max(REBUILD_POINTS, index.built):
        return True
    _apply(index, changes, changed, removed)
    index.sequence = changes.version
    index.points = changes.segments.count
    return index.points - index.built > max(REBUILD_POINTS, index.built)


def build(index: Index, progress: Callable[[int, int], None]) -> None:
    """Build an index from the segments; no model is needed. VectorStoreError, VisionLensError."""
    files, existing, version = index.store.part(Embeddings).source(index.space)
    index.engine.build(index.collection, Source(files, existing), version, progress=progress)


def drop_others(engine: VectorStore, prefix: str, folder: Path, kept: Iterable[Collection]) -> None:
    """Remove the indexes of a dataset but those kept. VectorStoreError."""
    names = {collection.name for collection in kept}
    for collection in engine.collections(prefix, folder):
        if collection.name not in names:
            engine.drop(collection)


def _apply(index: Index, changes: VectorChanges, changed: np.ndarray, removed: np.ndarray) -> None:
    """Idempotent: what is repeated after a kill changes nothing."""
    if len(removed):
        last = None if len(changed) else changes.version
        index.engine.delete(index.collection, removed, last)
    if len(changed):
        vectors = changes.segments.vectors_of(changed)
        index.engine.upsert(index.collection, changed, vectors, changes.version)


Array = np.ndarray[Any, Any]

MOST_ASKED = 2_000
"""Results an index is asked for at most."""
_SLACK = 50
_MOST_ROUNDS = 2


class Costs(NamedTuple):
    """What an index takes for a search and for each result, in vectors that a scan reads meanwhile.

    Measured at 100,000 x 512 (`benchmarks/vectors.py`): a scan reads 4 to 6 vectors in a
    microsecond.
    """

    search: int
    result: int


COSTS = Costs(10_000, 50)


def ask(
    index: Index,
    segments: Segments,
    target: Array,
    k: int,
    *,
    among: Array | None,
    threshold: float | None,
    costs: Costs,
) -> tuple[Array, Array] | None:
    """What an index finds, with the vectors' own scores; None where a scan does better.

    The index is asked for as many as hold `k` that are allowed, if those lie anywhere, and half as
    many again; where fewer of them are allowed, once more for as many as the first answer promises
    to be enough. If they are not, those allowed are for a scan: it takes less time than to send
    their ids to the engine, however many they are. VectorStoreError.
    """
    candidates = segments.count if among is None else len(among)
    wanted = min(k, candidates)
    if candidates == 0:
        return None
    asked = k + _SLACK if among is None else _enough(k * segments.count / candidates)
    for _ in range(_MOST_ROUNDS):
        if asked > MOST_ASKED or candidates < costs.search + costs.result * asked:
            return None
        found, _ = index.engine.search(index.collection, target, asked, threshold=threshold)
        ids = found[segments.has(found)]
        if among is not None:
            ids = ids[np.isin(ids, among)]
        if len(ids) >= wanted or (threshold is not None and len(found) < asked):
            scores = segments.vectors_of(ids) @ target
            order = np.lexsort((ids, -scores))[:k]
            return ids[order], scores[order]
        if not len(ids):
            return None
        asked = _enough(k * asked / len(ids))
    return None


def _enough(expected: float) -> int:
    """How many to ask for, where so many are expected to do."""
    return math.ceil(1.5 * expected) + _SLACK
