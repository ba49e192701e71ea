"""Annotation and class tables of a piece to rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from visionlens_jlab.catalog.clock import utc_now
from visionlens_jlab.catalog.fieldset import quote
from visionlens_jlab.catalog.report import Issues
from visionlens_jlab.catalog.sample_rows import user_columns
from visionlens_jlab.catalog.staging import column, staged

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
            "position": pa.array(np.arange(table.num_rows)),
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
    classes = column(table, "class", pa.string())
    write_classes(cursor, pa.table({"name": classes.unique()}))
    first = cursor.execute("SELECT next_annotation_id FROM meta").fetchall()[0][0]
    ids = np.arange(first, first + table.num_rows, dtype=np.uint32)
    columns = {"annotation_id": pa.chunked_array([pa.array(ids)])}
    columns |= {name: column(table, name, type_) for name, type_ in _TYPES.items()}
    columns["source"] = pc.fill_null(columns["source"], "ground_truth")
    columns["is_crowd"] = pc.fill_null(columns["is_crowd"], False)
    further = table.drop_columns([n for n in (*_TYPES, "class") if n in table.column_names])
    columns |= user_columns(cursor, "annotations", further, issues)
    listed = ", ".join(quote(name) for name in columns)
    with staged(cursor, pa.table(columns | {"class": classes})) as name:
        _check_samples(cursor, name)
        cursor.execute(
            f"INSERT INTO annotation ({listed}, class_id) "
            f"SELECT {', '.join(f'p.{quote(c)}' for c in columns)}, c.class_id "
            f"FROM {name} p LEFT JOIN class c ON c.name = p.class ORDER BY p.annotation_id"
        )
        cursor.execute(
            f"INSERT INTO run SELECT DISTINCT source, ?::TIMESTAMP FROM {name} "
            "WHERE source <> 'ground_truth' ON CONFLICT DO NOTHING",
            [utc_now()],
        )
    cursor.execute("UPDATE meta SET next_annotation_id = ?", [first + table.num_rows])


def remove_ground_truth(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Delete the ground truth of the samples that `table` names; its ids are not used again."""
    with staged(cursor, pa.table({"sample_id": column(table, "sample_id", pa.uint32())})) as name:
        gone = (
            f"SELECT annotation_id FROM annotation WHERE source = 'ground_truth' "
            f"AND sample_id IN (SELECT sample_id FROM {name})"
        )
        cursor.execute(f"DELETE FROM annotation_tag WHERE annotation_id IN ({gone})")
        cursor.execute(f"DELETE FROM annotation WHERE annotation_id IN ({gone})")


def _check_samples(cursor: duckdb.DuckDBPyConnection, staged_name: str) -> None:
    orphans = cursor.execute(
        f"SELECT count(*) FROM {staged_name} p "
        "WHERE p.sample_id NOT IN (SELECT sample_id FROM sample)"
    ).fetchall()
    if orphans[0][0]:
        raise ValueError(f"{orphans[0][0]} annotations belong to samples that do not exist")
