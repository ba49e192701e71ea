"""The files of embedding spaces: segments of vectors and what a space was fitted with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.views.tables import id_limit
from visionlens_jlab.embeddings.capability import FITTED, FOLDER, VECTORS
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store import rows
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.store.space_reader import bad_segments
from visionlens_jlab.embeddings.vectors.segment_files import Part, check_segment, read_parts

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.dataset import OpenDataset


def write_vectors(
    cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles
) -> dict[str, Any] | None:
    """A space (`summary["space"]`, an EmbeddingSpace), with a segment of its vectors."""
    space = EmbeddingSpace.model_validate(piece.summary["space"])
    vectors, fitted = files.name(VECTORS), files.name(FITTED)
    if fitted is not None:
        space = space.model_copy(update={"settings": {**space.settings, rows.FITTED: fitted}})
    rows.write_space(cursor, space)
    if vectors is None:
        return None
    limit = id_limit(cursor, space.level)
    count = check_segment(files.folder / vectors, space.dimension, limit)
    rows.write_segment_row(cursor, space.space, vectors, count)
    return {"space": space.space, "file": vectors}


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
            yield json.loads(settings).get(rows.FITTED)

    def mend(self, store: OpenDataset) -> Iterator[str]:
        """Set damaged segments aside."""
        embeddings = store.part(Embeddings)
        for space in embeddings.dimensions():
            rows = embeddings.set_aside(space)
            if rows:
                yield f"{rows:,} damaged vectors of {space!r} were set aside: embed it again."


def _vectors(inspection: Inspection) -> Iterator[Damage]:
    for row in rows.read_spaces(inspection.reader):
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
        file = json.loads(settings).get(rows.FITTED)
        if file and inspection.is_bad(file, lambda path: Whitening.from_bytes(path.read_bytes())):
            yield Damage(
                kind="vectors",
                name=space,
                message=f"What the space {space!r} was fitted with is damaged or lost: its "
                "vectors can be searched, but none can be added.",
                hint="ds.embed(..., space='another name') makes a space that can be added to.",
            )
