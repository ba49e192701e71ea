"""The vectors of embedding spaces as one snapshot of a dataset has them; damaged segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.snapshot import Cache
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.embeddings.store import rows
from visionlens_jlab.embeddings.vectors.segment_files import Part, damaged, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import numpy as np

    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.embeddings.vectors.segments import Segments

IndexState = Literal["ready", "building", "none", "behind", "failed"]


class SearchIndex(Protocol):
    """Derived from the datasets. Any thread."""

    def state(self, uuid: str, space: str, segments: Segments) -> IndexState:
        """How far the index of a space is."""
        ...

    def search(
        self,
        uuid: str,
        space: str,
        segments: Segments,
        target: np.ndarray[Any, Any],
        k: int,
        *,
        among: np.ndarray[Any, Any] | None,
        threshold: float | None,
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
        """Ids and scores as `exact.nearest` gives them, nearly; None: it cannot tell."""
        ...


_BYTES_OF_NUMBER = 4


def bad_segments(
    reader: Reader,
    folder: Path,
    space: str,
    read: Callable[[str], Sequence[Part] | None],
) -> dict[str, int]:
    """File -> rows of the segments of a space that are not as they were written.

    `read` takes a file below the folder; None: its length is enough.
    """
    rows = reader.rows(
        "SELECT s.file, s.rows, e.dimension FROM vector_segment s JOIN embedding_space e "
        "ON e.space = s.space WHERE s.space = ? ORDER BY s.position",
        [space],
    )
    return {
        file: int(count)
        for file, count, dimension in rows
        if _is_bad_segment(folder / file, int(count), int(dimension), partial(read, file))
    }


def _is_bad_segment(
    path: Path, rows: int, dimension: int, read: Callable[[], Sequence[Part] | None]
) -> bool:
    try:
        if not path.is_file() or path.stat().st_size < rows * (dimension + 1) * _BYTES_OF_NUMBER:
            return True
        parts = read()
        if parts is None:
            return False
        for part in parts:
            part.checked()
    except (OSError, VisionLensError):
        return True
    return sum(len(part.ids) for part in parts) != rows


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
