"""Setting values and tags from outside."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.field import Field, FieldType, quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import (
    TABLES,
    change_type,
    create_column,
    field_type,
    is_reserved,
    to_column,
)
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.errors import VisionLensError


def write_tag(
    cursor: duckdb.DuckDBPyConnection, level: Level, ids: Ids, tag: str, *, remove: bool
) -> int:
    """Give rows a tag, or take it from them; the number of rows that changed.

    Ids that do not exist are passed over.
    """
    table, key = TABLES[level]
    with staged(cursor, pa.table({"id": ids})) as name:
        if remove:
            sql = (
                f"DELETE FROM {table}_tag WHERE tag = ? "
                f"AND {key} IN (SELECT id FROM {name}) RETURNING 1"
            )
            return len(cursor.execute(sql, [tag]).fetchall())
        sql = (
            f"INSERT INTO {table}_tag SELECT {key}, ? FROM {table} "
            f"WHERE {key} IN (SELECT id FROM {name}) "
            f"AND {key} NOT IN (SELECT {key} FROM {table}_tag WHERE tag = ?) "
            f"ORDER BY {key} RETURNING 1"
        )
        return len(cursor.execute(sql, [tag, tag]).fetchall())


def write_field(
    cursor: duckdb.DuckDBPyConnection,
    fields: FieldSet,
    *,
    level: Level,
    name: str,
    ids: Ids,
    values: pa.Array | pa.ChunkedArray,
) -> int:
    """Set `values[i]` on row `ids[i]`; the number of rows set.

    A new field is missing on the other rows. Of an id that comes twice the last value counts.

    Raises
    ------
    VisionLensError
        FIELD_TYPE for a built-in that may not be changed or values of another type; ID_UNKNOWN.
    """
    values = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if len(values) != len(ids):
        raise VisionLensError("FIELD_TYPE", f"{len(ids)} ids came with {len(values)} values.")
    field = _target(cursor, fields, level, name, values)
    ids, values = _last_of_each(ids, to_column(values, field.type))
    table, key = TABLES[level]
    with staged(cursor, pa.table({"id": ids, "value": values})) as staged_name:
        known = cursor.execute(
            f"SELECT count(*) FROM {table} WHERE {key} IN (SELECT id FROM {staged_name})"
        ).fetchall()
        if known[0][0] != len(ids):
            raise VisionLensError(
                "ID_UNKNOWN", f"{len(ids) - known[0][0]} of the ids do not exist at level {level}."
            )
        cursor.execute(
            f"UPDATE {table} SET {quote(field.name)} = p.value FROM {staged_name} p "
            f"WHERE p.id = {table}.{key}"
        )
    sqlviews.refresh(cursor)
    return len(ids)


def _target(
    cursor: duckdb.DuckDBPyConnection,
    fields: FieldSet,
    level: Level,
    name: str,
    values: pa.ChunkedArray,
) -> Field:
    """The field to write to, made or widened when needed."""
    untyped = values.null_count == len(values)
    coming = field_type(values.type)
    if coming is None:
        raise VisionLensError("FIELD_TYPE", f"A field cannot hold values of type {values.type}.")
    present = fields.get(level, name)
    if present is None:
        _check_name(name)
        return create_column(cursor, level, name, coming)
    if not present.editable:
        raise _built_in(name)
    if untyped or coming == present.type:
        return present
    return _reconciled(cursor, present, coming)


def _reconciled(cursor: duckdb.DuckDBPyConnection, present: Field, coming: FieldType) -> Field:
    if present.type == "number" and coming == "integer":
        return present
    if present.type == "integer" and coming == "number" and not present.builtin:
        change_type(cursor, present.level, present.name, "number")
        return Field(present.name, present.level, "number", present.facet, builtin=False)
    if present.type == "timestamp" and coming == "string":
        return present
    raise VisionLensError(
        "FIELD_TYPE",
        f"The field {present.name!r} holds {present.type} values, not {coming} ones.",
        details={"field": present.name, "type": present.type, "given": coming},
    )


def _check_name(name: str) -> None:
    if is_reserved(name):
        raise _built_in(name)
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise VisionLensError(
            "FIELD_TYPE", "A field's name has 1 to 200 printable characters.", "Rename the field."
        )


def _built_in(name: str) -> VisionLensError:
    return VisionLensError(
        "FIELD_TYPE", f"{name!r} is built in and cannot be set.", "Choose another name."
    )


def _last_of_each(ids: Ids, values: pa.ChunkedArray) -> tuple[Ids, pa.ChunkedArray]:
    _, from_the_end = np.unique(ids[::-1], return_index=True)
    if len(from_the_end) == len(ids):
        return ids, values
    keep = np.sort(len(ids) - 1 - from_the_end)
    return ids[keep], values.take(pa.array(keep))
