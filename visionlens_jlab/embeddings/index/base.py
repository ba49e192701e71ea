"""What a search index can do, whichever engine keeps it, and what it is built from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments

Array = np.ndarray[Any, Any]
BATCH_POINTS = 1000
SEARCH_EF = 256
"""Candidates that a search of the graph keeps at least. Of 20,000 x 512 that are nearly noise it
finds .94 of the 50 nearest, with the engine's own choice .88, and takes 1 ms more."""


class VectorStoreError(Exception):
    """The engine could not do it: it is down, was refused, or its data is damaged."""


class BuildCancelled(Exception):  # noqa: N818  it is not an error
    """Somebody asked a build to stop."""


@dataclass(frozen=True)
class Collection:
    """The index of one space of one dataset.

    `name` is unique among all datasets; `folder` and `stem` say where an embedded one lies.
    """

    name: str
    dimension: int
    folder: Path
    stem: str


@dataclass(frozen=True)
class Source:
    """What an index is built from: segments, oldest first, and by id whether it exists."""

    files: Sequence[Path]
    existing: Array | None = None


@dataclass(frozen=True)
class IndexInfo:
    """How far an index is: all up to a commit of the dataset; points now and when it was built."""

    sequence: int
    points: int
    built: int


class VectorStore(Protocol):
    """Indexes by collection; from any thread. Each method raises VectorStoreError."""

    def build(
        self,
        collection: Collection,
        source: Source,
        sequence: int,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Make a fresh, optimised index beside the one there is, then swap it in.

        `progress` takes points done and points in all; what it raises stops the build.
        """
        ...

    def upsert(
        self, collection: Collection, ids: Array, vectors: Array, sequence: int | None
    ) -> None:
        """Add vectors or replace them; `sequence`, where given, is on the disk only after them."""
        ...

    def delete(self, collection: Collection, ids: Array, sequence: int | None) -> None:
        """Remove points; those that are not there do not matter."""
        ...

    def search(
        self,
        collection: Collection,
        vector: Array,
        k: int,
        *,
        threshold: float | None = None,
    ) -> tuple[Array, Array]:
        """Ids uint32 and cosines float32 of the points closest to a unit vector, best first."""
        ...

    def ids(self, collection: Collection) -> Array:
        """Ids of all points, uint32, ascending."""
        ...

    def info(self, collection: Collection) -> IndexInfo | None:
        """How far the index is; None: there is none that can be used."""
        ...

    def collections(self, prefix: str, folder: Path) -> list[Collection]:
        """Every index whose name begins so, in whose folder embedded ones lie; unfinished ones too.

        Their dimension is not known (0).
        """
        ...

    def release(self, collection: Collection) -> None:
        """Let go of the index's files; it opens again by itself."""
        ...

    def drop(self, collection: Collection) -> None:
        """Remove the index."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def batches(ids: Array, size: int = BATCH_POINTS) -> list[slice]:
    """Slices that cover `ids`."""
    return [slice(start, start + size) for start in range(0, len(ids), size)]


class Points:
    """The points of a build: what counts of the segments."""

    def __init__(self, collection: Collection, source: Source) -> None:
        parts: list[Part] = [
            part for file in source.files for part in read_parts(file, collection.dimension)
        ]
        self._segments = Segments(parts, collection.dimension, source.existing)
        self.count = self._segments.count

    def batches(self, size: int = BATCH_POINTS) -> Iterator[tuple[Array, Array]]:
        """Ids and vectors, at most `size` at a time."""
        for ids, vectors in self._segments.parts():
            for start in range(0, len(ids), size):
                yield ids[start : start + size], vectors[start : start + size]
