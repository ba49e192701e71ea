"""Reading what an index is built from, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from visionlens_jlab.vectors.segments import Part, Segments, read_parts
from visionlens_jlab.vectors.store import BATCH_POINTS, Array, Collection, Source


class Points:
    """The points of a build: what counts of the segments, with their payload."""

    def __init__(self, collection: Collection, source: Source) -> None:
        parts: list[Part] = [
            part for file in source.files for part in read_parts(file, collection.dimension)
        ]
        self._segments = Segments(parts, collection.dimension, source.existing)
        self.count = self._segments.count
        self._rows: Array | None = None
        self._columns: dict[str, list[Any]] = {}
        if source.payload is not None and source.payload.num_rows:
            ids = source.payload.column("id").to_numpy()
            self._rows = np.full(int(ids.max()) + 1, -1, dtype=np.int64)
            self._rows[ids] = np.arange(len(ids))
            names = [name for name in source.payload.column_names if name != "id"]
            self._columns = {name: source.payload.column(name).to_pylist() for name in names}

    @property
    def fields(self) -> list[str]:
        """The fields of the payload."""
        return list(self._columns)

    def batches(self, size: int = BATCH_POINTS) -> Iterator[tuple[Array, Array]]:
        """Ids and vectors, at most `size` at a time."""
        for ids, vectors in self._segments.parts():
            for start in range(0, len(ids), size):
                yield ids[start : start + size], vectors[start : start + size]

    def payload(self, id_: int) -> dict[str, Any] | None:
        """The payload of a point; None: it has none."""
        if self._rows is None or id_ >= len(self._rows) or self._rows[id_] < 0:
            return None
        row = int(self._rows[id_])
        return {
            name: values[row] for name, values in self._columns.items() if values[row] is not None
        }
