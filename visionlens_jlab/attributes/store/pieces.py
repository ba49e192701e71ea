"""What jobs bring of visual attributes, written with their pieces."""

from __future__ import annotations

import duckdb

from visionlens_jlab.attributes.capability import ANSWERS
from visionlens_jlab.attributes.store.rows import write_answers
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles


def write_answered(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Answers (`summary["attributes"]`, see `write_answers`)."""
    write_answers(cursor, piece.summary["attributes"], piece.tables[ANSWERS])
