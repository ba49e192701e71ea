"""Taking back what a failed job added."""

from __future__ import annotations

from pathlib import Path

import duckdb

from visionlens_jlab.catalog import thumbnails

_OF_ANNOTATIONS = """
    DELETE FROM annotation_tag WHERE annotation_id IN (
        SELECT annotation_id FROM annotation WHERE sample_id >= $first)
"""
_OF_SAMPLES = ("annotation", "sample_tag", "sample")
_OF_JOB = ("ingest_issue", "ingest_report", "job_piece")


def withdraw(cursor: duckdb.DuckDBPyConnection, job: str, first: int) -> None:
    """Remove the samples from id `first` on, all that belongs to them, and the job's report.

    Source roots that nothing uses any more go as well; new classes and fields stay, empty, and ids
    are not used again. What the job changed of older samples stays changed: each piece was whole.
    """
    cursor.execute(_OF_ANNOTATIONS, {"first": first})
    for table in _OF_SAMPLES:
        cursor.execute(f"DELETE FROM {table} WHERE sample_id >= ?", [first])
    for table in _OF_JOB:
        cursor.execute(f"DELETE FROM {table} WHERE job = ?", [job])
    cursor.execute(
        "DELETE FROM source_root WHERE name NOT IN (SELECT root FROM sample WHERE root IS NOT NULL)"
    )


def remove_packs(dataset: Path, job: str, kept: set[int]) -> None:
    """Remove a job's packs of thumbnails but those of pieces that are kept."""
    for pack in (dataset / thumbnails.FOLDER).glob(f"{job}-*.pack"):
        if int(pack.stem.rpartition("-")[2]) not in kept:
            pack.unlink(missing_ok=True)
