"""Taking back what a failed job added."""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.catalog.outbox import Array, remove_samples
from visionlens_jlab.core.shapes import Level

_OF_JOB = ("ingest_issue", "ingest_report", "job_piece")


def withdraw(cursor: duckdb.DuckDBPyConnection, job: str, first: int) -> dict[Level, Array]:
    """Remove the samples from id `first` on, all that belongs to them, and the job's report.

    Source roots that nothing uses any more go as well; new classes and fields stay, empty, and ids
    are not used again. What the job changed of older samples stays changed: each piece was whole.
    Gives the ids that are gone, by level.
    """
    removed = remove_samples(cursor, "sample_id >= ?", first)
    for table in _OF_JOB:
        cursor.execute(f"DELETE FROM {table} WHERE job = ?", [job])
    cursor.execute(
        "DELETE FROM source_root WHERE name NOT IN (SELECT root FROM sample WHERE root IS NOT NULL)"
    )
    return removed
