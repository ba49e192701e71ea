"""The files of embedding spaces: segments of vectors and what a space was fitted with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.embeddings.capability import FOLDER
from visionlens_jlab.embeddings.store.bad_segments import bad_segments
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.store.rows import FITTED, read_spaces
from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.dataset import OpenDataset

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

    def mend(self, store: OpenDataset) -> Iterator[str]:
        """Set damaged segments aside."""
        embeddings = store.part(Embeddings)
        for space in embeddings.dimensions():
            rows = embeddings.set_aside(space)
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
