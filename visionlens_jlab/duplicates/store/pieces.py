"""What jobs bring of duplicates, written with their pieces."""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.duplicates.capability import DUPLICATES
from visionlens_jlab.duplicates.store.rows import write_duplicates


def write_found(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """The groups of a run (`summary["duplicates"]`: kind, parameters, samples)."""
    write_duplicates(cursor, piece.summary["duplicates"], piece.tables.get(DUPLICATES))
