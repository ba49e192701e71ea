"""Segments of vectors that are damaged or lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.embeddings.vectors.segment_files import Part
from visionlens_jlab.errors import VisionLensError

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
