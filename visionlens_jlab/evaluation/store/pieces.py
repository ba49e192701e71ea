"""What jobs bring of runs and evaluations, written with their pieces."""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.evaluation.capability import MATCH, OUTCOMES, QUALITY
from visionlens_jlab.evaluation.store import label_quality, rows, runs


def begin_run(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> Ids:
    """A run (`summary["run"]`, see `runs.begin_run`): the piece's annotations are of it.

    The ids of the predictions that it replaces.
    """
    return runs.begin_run(cursor, piece.summary["run"])


def write_evaluated(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """An evaluation (`summary["evaluation"]`: detail, request, digest)."""
    outcomes = files.name(OUTCOMES)
    if outcomes is not None:
        # The file of one that it replaces goes with the strays: the commit may still fail.
        summary = piece.summary["evaluation"]
        rows.write_evaluation(cursor, summary, piece.tables[MATCH], outcomes)


def write_intervals(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """An evaluation from now on (`summary["intervals"]`: detail, digest)."""
    outcomes = files.name(OUTCOMES)
    if outcomes is not None:
        rows.update_evaluation(cursor, piece.summary["intervals"], outcomes)


def write_label_quality(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Scores of likely label errors (`summary["label_quality"]`: fields)."""
    fields = piece.summary["label_quality"]["fields"]
    label_quality.write_scores(cursor, piece.tables[QUALITY], fields)
