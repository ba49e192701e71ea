"""Bringing one index to what its dataset holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.embeddings.index.base import Collection, Source, VectorStore
from visionlens_jlab.embeddings.store.embeddings import Embeddings

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.embeddings.store.embeddings import VectorChanges

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
