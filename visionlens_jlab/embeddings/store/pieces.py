"""What jobs bring of embedding spaces, written with their pieces."""

from __future__ import annotations

from typing import Any

import duckdb

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.views.tables import id_limit
from visionlens_jlab.embeddings.capability import FITTED, VECTORS
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store import rows
from visionlens_jlab.embeddings.vectors.segment_files import check_segment


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
