"""Reading what an index is built from, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

from visionlens_jlab.embeddings.index.base import BATCH_POINTS, Array, Collection, Source
from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments


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
