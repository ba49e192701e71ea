"""What jobs bring of analyses, written with their pieces."""

from __future__ import annotations

import duckdb

from visionlens_jlab.analysis.store import rows
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles


def write_analysed(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """An analysis with its findings (`summary["analysis"]`: result, digest)."""
    rows.write_analysis(cursor, piece.summary["analysis"])


def write_checked(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Whether findings still hold (`summary["checks"]`, see `rows.write_checks`)."""
    rows.write_checks(cursor, piece.summary["checks"])
