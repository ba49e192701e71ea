"""Samples of a piece to rows."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import column, naive_utc, staged
from visionlens_jlab.core.datasets.report import Issues
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.user_fields import ensure_column, field_type, to_column
from visionlens_jlab.core.shapes import Level

_SAMPLE_TYPES: dict[str, pa.DataType] = {
    "sample_id": pa.uint32(),
    "root": pa.string(),
    "path": pa.string(),
    "filename": pa.string(),
    "split": pa.string(),
    "group": pa.string(),
    "width": pa.int32(),
    "height": pa.int32(),
    "bytes": pa.int64(),
    "orientation": pa.int8(),
    "modified_ns": pa.int64(),
    "stated_digests": pa.binary(),
    "captured_at": pa.timestamp("us"),
    "camera": pa.string(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
    "caption": pa.string(),
    "source_id": pa.string(),
}


def write_samples(cursor: duckdb.DuckDBPyConnection, table: pa.Table, issues: Issues) -> None:
    """Add samples; those whose id exists get the columns that the table has.

    Raises
    ------
    ValueError
        When an id comes twice.
    """
    present = [name for name in _SAMPLE_TYPES if name in table.column_names]
    columns = {
        name: column(table, name, _SAMPLE_TYPES[name]) for name in present if name != "captured_at"
    }
    if "captured_at" in present:
        columns["captured_at"] = naive_utc(table.column("captured_at"))
    further = table.drop_columns(present)
    if "path" not in present:  # samples that exist: missing values take the place of others
        columns |= _cleared_columns(cursor, further)
    columns |= user_columns(cursor, "samples", further, issues)
    with staged(cursor, pa.table(columns)) as name:
        distinct, largest, known = cursor.execute(
            "SELECT count(DISTINCT p.sample_id), max(p.sample_id), count(s.sample_id) "
            f"FROM {name} p LEFT JOIN sample s ON s.sample_id = p.sample_id"
        ).fetchall()[0]
        if distinct != table.num_rows:
            raise ValueError("a sample comes twice in a piece")
        if known and len(columns) > 1:
            assigned = ", ".join(f"{quote(c)} = p.{quote(c)}" for c in columns if c != "sample_id")
            cursor.execute(
                f"UPDATE sample SET {assigned} FROM {name} p WHERE p.sample_id = sample.sample_id"
            )
        new = "WHERE p.sample_id NOT IN (SELECT sample_id FROM sample)" if known else ""
        listed = ", ".join(quote(c) for c in columns)
        cursor.execute(
            f"INSERT INTO sample ({listed}) SELECT {listed} FROM {name} p {new} "
            "ORDER BY p.sample_id"
        )
    cursor.execute("UPDATE meta SET next_sample_id = greatest(next_sample_id, ?)", [largest + 1])


def write_label_digests(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Set the digests of the labels as they were imported."""
    with staged(cursor, table) as name:
        cursor.execute(
            f"UPDATE sample SET labels_digest = p.digest FROM {name} p "
            "WHERE p.sample_id = sample.sample_id"
        )


def _cleared_columns(
    cursor: duckdb.DuckDBPyConnection, table: pa.Table
) -> dict[str, pa.ChunkedArray]:
    """Those of a table's user columns that hold nothing but missing values."""
    columns: dict[str, pa.ChunkedArray] = {}
    for source_name in table.column_names:
        if table.column(source_name).null_count == table.num_rows:
            found = cursor.execute(
                "SELECT name, type FROM field WHERE level = 'samples' AND source_name = ?",
                [source_name],
            ).fetchall()
            for name, kind in found:
                columns[name] = to_column(pa.chunked_array([pa.nulls(table.num_rows)]), kind)
    return columns


def user_columns(
    cursor: duckdb.DuckDBPyConnection, level: Level, table: pa.Table, issues: Issues
) -> dict[str, pa.ChunkedArray]:
    """The further columns of a piece's table under the names and types they are stored with."""
    columns: dict[str, pa.ChunkedArray] = {}
    for source_name in table.column_names:
        values = table.column(source_name)
        if values.null_count == len(values):
            # Nothing to store, and its type is not known yet.
            continue
        made = ensure_column(cursor, level, source_name, field_type(values.type) or "string")
        columns[made.field.name] = to_column(values, made.field.type)
        if made.created and made.field.name != source_name:
            issues.add(
                "FIELD_RENAMED",
                source_name,
                f"The field {source_name!r} is called {made.field.name!r} here: its name is taken.",
            )
    return columns
