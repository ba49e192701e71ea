"""Likely label errors as fields of annotations: a score for each kind, the likeliest highest."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from visionlens_jlab.catalog.fieldset import quote
from visionlens_jlab.catalog.staging import staged
from visionlens_jlab.catalog.userfields import create_column, free_name

SOURCE = "@label_quality."
"""What the fields are registered as: one of the user's own is never written to."""
PREFIX = "likely_"


def write_scores(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Set the score of each kind on the annotations that have one; on all others nothing.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    table : pa.Table
        annotation_id (uint32), kind (such as `missing`), score (float64).
    """
    kinds = [kind for kind in dict.fromkeys(table.column("kind").to_pylist()) if kind]
    known = cursor.execute(
        "SELECT source_name, name FROM field WHERE level = 'annotations' "
        "AND starts_with(source_name, ?)",
        [SOURCE],
    ).fetchall()
    columns = {source.removeprefix(SOURCE): name for source, name in known}
    for name in columns.values():
        cursor.execute(
            f"UPDATE annotation SET {quote(name)} = NULL WHERE {quote(name)} IS NOT NULL"
        )
    with staged(cursor, table) as rows:
        for kind in kinds:
            name = columns.get(kind) or _new_column(cursor, kind)
            cursor.execute(
                f"UPDATE annotation SET {quote(name)} = p.score FROM {rows} p "
                "WHERE p.kind = ? AND p.annotation_id = annotation.annotation_id",
                [kind],
            )


def _new_column(cursor: duckdb.DuckDBPyConnection, kind: str) -> str:
    name = free_name(cursor, "annotations", f"{PREFIX}{kind}")
    create_column(cursor, "annotations", name, "number", f"{SOURCE}{kind}")
    return name
