"""Likely label errors as fields of annotations: a score for each kind, the likeliest highest."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.field import FieldType, quote
from visionlens_jlab.core.fields.user_fields import create_column, free_name

SOURCE = "@label_quality."
"""What the fields are registered as: one of the user's own is never written to."""
SUGGESTED = "suggested_class"


def write_scores(
    cursor: duckdb.DuckDBPyConnection, table: pa.Table, fields: dict[str, str]
) -> None:
    """Set the score of each kind on the annotations that have one; on all others nothing.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    table : pa.Table
        annotation_id (uint32), kind, score (float64), suggested (string, nullable).
    fields : dict
        Kind -> wanted name of its field.
    """
    known = dict(
        cursor.execute(
            "SELECT source_name, name FROM field WHERE level = 'annotations' "
            "AND starts_with(source_name, ?)",
            [SOURCE],
        ).fetchall()
    )
    for name in known.values():
        cursor.execute(
            f"UPDATE annotation SET {quote(name)} = NULL WHERE {quote(name)} IS NOT NULL"
        )
    with staged(cursor, table) as rows:
        for kind, wanted in fields.items():
            name = known.get(f"{SOURCE}{kind}") or _new_column(cursor, kind, wanted, "number")
            cursor.execute(
                f"UPDATE annotation SET {quote(name)} = p.score FROM {rows} p "
                "WHERE p.kind = ? AND p.annotation_id = annotation.annotation_id",
                [kind],
            )
        name = known.get(f"{SOURCE}{SUGGESTED}") or _new_column(
            cursor, SUGGESTED, SUGGESTED, "string"
        )
        cursor.execute(
            f"UPDATE annotation SET {quote(name)} = p.suggested FROM {rows} p "
            "WHERE p.suggested IS NOT NULL AND p.annotation_id = annotation.annotation_id"
        )


def _new_column(cursor: duckdb.DuckDBPyConnection, kind: str, wanted: str, type_: FieldType) -> str:
    name = free_name(cursor, "annotations", wanted)
    create_column(cursor, "annotations", name, type_, f"{SOURCE}{kind}")
    return name
