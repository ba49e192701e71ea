"""Samples, annotations and classes of a piece as rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.outbox import forget_annotations
from visionlens_jlab.core.catalog.staging import column, naive_utc, new_ids, staged
from visionlens_jlab.core.datasets.report import Issues
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.user_fields import ensure_column, field_type, to_column
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import numbers, present_in, values_of

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


_TYPES: dict[str, pa.DataType] = {
    "sample_id": pa.uint32(),
    "source": pa.string(),
    "kind": pa.string(),
    "x": pa.float64(),
    "y": pa.float64(),
    "w": pa.float64(),
    "h": pa.float64(),
    "confidence": pa.float64(),
    "area": pa.float64(),
    "is_crowd": pa.bool_(),
    "difficult": pa.bool_(),
    "truncated": pa.bool_(),
    "occluded": pa.bool_(),
    "geometry": pa.binary(),
    "attributes": pa.string(),
}


def write_classes(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Add classes in the table's order; known names are kept as they are."""
    numbered = pa.table(
        {
            "position": new_ids(0, table.num_rows),
            "name": column(table, "name", pa.string()),
            "source_id": column(table, "source_id", pa.string()),
            "supercategory": column(table, "supercategory", pa.string()),
            "keypoints": column(table, "keypoints", pa.list_(pa.string())),
            "skeleton": column(table, "skeleton", pa.list_(pa.list_(pa.int32()))),
        }
    )
    with staged(cursor, numbered) as name:
        cursor.execute(
            f"""
            INSERT INTO class
            SELECT (SELECT coalesce(max(class_id), -1) FROM class)
                       + row_number() OVER (ORDER BY position),
                   name, source_id, supercategory, keypoints, skeleton
            FROM (SELECT DISTINCT ON (name) * FROM {name} WHERE name IS NOT NULL
                  ORDER BY name, position)
            WHERE name NOT IN (SELECT name FROM class)
            """
        )


def write_annotations(cursor: duckdb.DuckDBPyConnection, table: pa.Table, issues: Issues) -> None:
    """Add annotations under new ids, in the table's order.

    Raises
    ------
    ValueError
        When one belongs to a sample that does not exist: a piece must not lose it silently.
    """
    first = cursor.execute("SELECT next_annotation_id FROM meta").fetchall()[0][0]
    columns = {"annotation_id": pa.chunked_array([new_ids(first, table.num_rows)])}
    present = [name for name in _TYPES if name in table.column_names]
    columns |= {name: column(table, name, _TYPES[name]) for name in present}
    further = table.drop_columns([n for n in (*present, "class") if n in table.column_names])
    columns |= user_columns(cursor, "annotations", further, issues)
    stored = {name: f"p.{quote(name)}" for name in columns}
    stored["source"] = (
        "coalesce(p.source, 'ground_truth')" if "source" in columns else ("'ground_truth'")
    )
    stored["is_crowd"] = "coalesce(p.is_crowd, false)" if "is_crowd" in columns else "false"
    _check_samples(cursor, column(table, "sample_id", pa.uint32()))
    columns["class_id"] = _class_ids(cursor, column(table, "class", pa.string()))
    with staged(cursor, pa.table(columns)) as name:
        cursor.execute(
            f"INSERT INTO annotation ({', '.join(map(quote, stored))}, class_id) "
            f"SELECT {', '.join(stored.values())}, p.class_id FROM {name} p"
        )
        if "source" in columns:
            cursor.execute(
                "INSERT INTO run (name, created_at) "
                f"SELECT DISTINCT source, ?::TIMESTAMP FROM {name} "
                "WHERE source <> 'ground_truth' "
                "ON CONFLICT DO NOTHING",
                [utc_now()],
            )
    cursor.execute("UPDATE meta SET next_annotation_id = ?", [first + table.num_rows])


def _class_ids(cursor: duckdb.DuckDBPyConnection, names: pa.ChunkedArray) -> pa.ChunkedArray:
    """The int32 ids of classes by name; those that only annotations name are added as they come."""
    known = dict(cursor.execute("SELECT name, class_id FROM class").fetchall())
    ids = []
    for part in names.chunks:
        encoded = part if pa.types.is_dictionary(part.type) else part.dictionary_encode()
        words = encoded.dictionary.to_pylist()
        valid = present_in(encoded)
        codes = np.where(valid, values_of(encoded.indices), 0)
        present = codes[valid]
        if any(word not in known for word in words):
            _add_classes(cursor, [words[code] for code in _by_first(present)], known)
        meant = np.array([known.get(word, 0) for word in words] or [0], dtype=np.int32)
        ids.append(numbers(meant[codes], pa.int32(), valid))
    return pa.chunked_array(ids, pa.int32())


def _by_first(codes: np.ndarray) -> list[int]:
    """Distinct codes in the order in which they occur."""
    first = np.full(int(codes.max(initial=-1)) + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    order = np.argsort(first, kind="stable")
    return [code for code in order.tolist() if first[code] < len(codes)]


def class_id_of(cursor: duckdb.DuckDBPyConnection, name: str) -> int:
    """The id of a class, which is made when it is not there."""
    known = dict(cursor.execute("SELECT name, class_id FROM class").fetchall())
    _add_classes(cursor, [name], known)
    return int(known[name])


def _add_classes(
    cursor: duckdb.DuckDBPyConnection, names: list[str], known: dict[str, int]
) -> None:
    for name in names:
        if name not in known:
            known[name] = max(known.values(), default=-1) + 1
            cursor.execute("INSERT INTO class (class_id, name) VALUES (?, ?)", [known[name], name])


def remove_ground_truth(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> np.ndarray:
    """Delete the ground truth of the samples that `table` names; the ids, not used again."""
    with staged(cursor, pa.table({"sample_id": column(table, "sample_id", pa.uint32())})) as name:
        columns = cursor.execute(
            "DELETE FROM annotation WHERE source = 'ground_truth' "
            f"AND sample_id IN (SELECT sample_id FROM {name}) RETURNING annotation_id"
        ).fetchnumpy()
    removed = np.asarray(next(iter(columns.values())), dtype=np.uint32)
    forget_annotations(cursor, removed)
    return removed


def _check_samples(cursor: duckdb.DuckDBPyConnection, sample_ids: pa.ChunkedArray) -> None:
    ids = np.unique(values_of(sample_ids))
    with staged(cursor, pa.table({"sample_id": numbers(ids, pa.uint32())})) as name:
        found = cursor.execute(
            f"SELECT count(*) FROM sample WHERE sample_id IN (SELECT sample_id FROM {name})"
        ).fetchall()[0][0]
    if found < len(ids):
        raise ValueError(f"annotations belong to {len(ids) - found} samples that do not exist")
