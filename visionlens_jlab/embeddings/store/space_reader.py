"""The vectors of embedding spaces as one snapshot of a dataset has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.catalog.cache import Cache
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.embeddings.store import rows
from visionlens_jlab.embeddings.store.search_index import IndexState, SearchIndex
from visionlens_jlab.embeddings.vectors.segment_files import Part, damaged, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot


class SpaceCaches:
    """What is kept of the spaces of one dataset; `index` answers searches, where there is one."""

    def __init__(self) -> None:
        self.index: SearchIndex | None = None
        self.spaces: Cache[Segments] = Cache(8)
        self.parts: Cache[list[Part]] = Cache(1024)

    def forget(self) -> None:
        """Read anew: the same version is made of other files now."""
        self.spaces.clear()
        self.parts.clear()


class SpaceReader:
    """The embedding spaces of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._kept = snapshot.caches.kept(SpaceCaches)

    def search_index(
        self,
        space: str,
        segments: Segments,
        target: Ids,
        k: int,
        *,
        among: Ids | None,
        threshold: float | None,
    ) -> tuple[Ids, Ids] | None:
        """What the index finds; None: there is none that can tell."""
        index, uuid = self._kept.index, self._snapshot.caches.uuid
        if index is None:
            return None
        return index.search(uuid, space, segments, target, k, among=among, threshold=threshold)

    def index_state(self, space: str) -> IndexState:
        """How far the index of a space is."""
        index = self._kept.index
        if index is None:
            return "none"
        return index.state(self._snapshot.caches.uuid, space, self.segments(space))

    def level(self, space: str) -> Level:
        """The level of a space. SPACE_NOT_FOUND."""
        return self._snapshot.cached(
            ("space_level", space), lambda: rows.read_space(self._snapshot.reader, space)[1]
        )

    def segments(self, space: str) -> Segments:
        """The vectors of a space that count at this version. SPACE_NOT_FOUND, DATASET_DAMAGED."""

        def read() -> Segments:
            row = rows.read_space(self._snapshot.reader, space)
            level, dimension = row[1], row[4]
            files = rows.read_segment_files(self._snapshot.reader, space)
            parts = [part for file, _ in files for part in self.parts(file, dimension)]
            total = sum(rows.read_segment_rows(self._snapshot.reader, space))
            if sum(len(part.ids) for part in parts) != total:
                raise damaged(", ".join(Path(file).name for file, _ in files))
            latest = max((sequence for _, sequence in files), default=0)
            return Segments(parts, dimension, self._snapshot.existing(level)[0], sequence=latest)

        return self._kept.spaces.get((self._snapshot.reader.version, space), read)

    def query_vectors(self, space: str, keys: Sequence[str]) -> list[Ids]:
        """Vectors float32 (d,) of encoded queries of a space. QUERY_NOT_FOUND."""
        found = rows.read_queries(self._snapshot.reader, space, keys) if keys else {}
        for key in keys:
            if key not in found:
                raise VisionLensError(
                    "QUERY_NOT_FOUND", f"There is no encoded query {key!r} of the space {space!r}."
                )
        return [found[key] for key in keys]

    def parts_after(self, space: str, after: int) -> list[Part]:
        """Rows of the segments of a space that later commits brought."""
        dimension = rows.read_space(self._snapshot.reader, space)[4]
        files = rows.read_segment_files(self._snapshot.reader, space, after)
        return [part for file, _ in files for part in self.parts(file, dimension)]

    def parts(self, file: str, dimension: int) -> list[Part]:
        """The rows of one segment. DATASET_DAMAGED."""
        path = own_file(self._snapshot.caches.folder, file)
        return self._kept.parts.get((file,), lambda: read_parts(path, dimension))
