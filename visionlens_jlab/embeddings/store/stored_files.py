"""The files of embedding spaces: segments of vectors and what a space was fitted with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.embeddings.store.rows import FITTED, read_spaces
from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts
from visionlens_jlab.embeddings.vectors.segments import FOLDER
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.store import DatasetStore

_BYTES_OF_NUMBER = 4
_SETTINGS = "SELECT space, settings FROM embedding_space ORDER BY space"


class EmbeddingFiles(StoredFiles):
    """The files of embedding spaces."""

    folders = (FOLDER,)

    def damages(self, inspection: Inspection) -> Iterator[Damage]:
        """Damaged segments, then what spaces were fitted with."""
        yield from _vectors(inspection)
        yield from _fitted(inspection)

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
        """Segments, and what spaces were fitted with."""
        yield from (row[0] for row in cursor.execute("SELECT file FROM vector_segment").fetchall())
        for _, settings in cursor.execute(_SETTINGS).fetchall():
            yield json.loads(settings).get(FITTED)

    def mend(self, store: DatasetStore) -> Iterator[str]:
        """Set damaged segments aside."""
        for space in store.indexed_spaces():
            rows = store.set_aside_vectors(space)
            if rows:
                yield f"{rows:,} damaged vectors of {space!r} were set aside: embed it again."


def _vectors(inspection: Inspection) -> Iterator[Damage]:
    for row in read_spaces(inspection.reader):
        space, dimension = row[0], row[4]

        def read(file: str, dimension: int = dimension) -> list[Part] | None:
            path = inspection.folder / file
            return read_parts(path, dimension) if inspection.is_read(file) else None

        lost = bad_segments(inspection.reader, inspection.folder, space, read)
        if lost:
            yield Damage(
                kind="vectors",
                name=space,
                message=f"{sum(lost.values()):,} vectors of the space {space!r} are damaged or "
                f"lost ({', '.join(Path(file).name for file in lost)}).",
                hint=f"ds.embed(..., space={space!r}) with the model of before, or "
                "ds.add_embeddings(...) for vectors of your own: what is lost is set aside and "
                "made again, the rest stays.",
            )


def _fitted(inspection: Inspection) -> Iterator[Damage]:
    from visionlens_jlab.embeddings.models.whitening import Whitening

    for space, settings in inspection.reader.rows(_SETTINGS):
        file = json.loads(settings).get(FITTED)
        if file and inspection.is_bad(file, lambda path: Whitening.from_bytes(path.read_bytes())):
            yield Damage(
                kind="vectors",
                name=space,
                message=f"What the space {space!r} was fitted with is damaged or lost: its "
                "vectors can be searched, but none can be added.",
                hint="ds.embed(..., space='another name') makes a space that can be added to.",
            )


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
