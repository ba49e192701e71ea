"""The user's own columns: their registry, their types, and finding names for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from visionlens_jlab.core.fields.builtin import reserved
from visionlens_jlab.core.fields.field import SQL_TYPES, Field, FieldType, quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

TABLES: dict[Level, tuple[str, str]] = {
    "samples": ("sample", "sample_id"),
    "annotations": ("annotation", "annotation_id"),
}
"""Table and key column of each level."""

LIST_FIELDS = "SELECT level, name, type FROM field ORDER BY position"


@dataclass(frozen=True)
class Column:
    """A user field as an import sees it; `created` when this call made it."""

    field: Field
    created: bool


def field_set(rows: list[tuple[str, str, str]]) -> FieldSet:
    """All fields of a dataset from the rows of `LIST_FIELDS`."""
    return FieldSet(_user_field(level, name, type_) for level, name, type_ in rows)  # type: ignore[arg-type]


def _user_field(level: Level, name: str, type_: FieldType) -> Field:
    facet = "histogram" if type_ in ("integer", "number", "timestamp") else "values"
    return Field(name, level, type_, facet, builtin=False, editable=True)  # type: ignore[arg-type]


def ensure_column(
    cursor: duckdb.DuckDBPyConnection, level: Level, source_name: str, type_: FieldType
) -> Column:
    """The column for a field of an import; made, renamed or widened as needed.

    A name that a built-in or another field has (in any case) gets underscores appended. Where
    values of another type come for a field that exists, its column becomes integer -> number ->
    string, losing nothing.
    """
    rows = cursor.execute(
        "SELECT name, type FROM field WHERE level = ? AND source_name = ?", [level, source_name]
    ).fetchall()
    if not rows:
        name = free_name(cursor, level, source_name)
        return Column(create_column(cursor, level, name, type_, source_name), created=True)
    name, present = rows[0]
    wider = widest(present, type_)
    if wider != present:
        change_type(cursor, level, name, wider)
    return Column(_user_field(level, name, wider), created=False)


def create_column(
    cursor: duckdb.DuckDBPyConnection,
    level: Level,
    name: str,
    type_: FieldType,
    source_name: str | None = None,
) -> Field:
    """Add a column and register it."""
    table, _ = TABLES[level]
    cursor.execute(f"ALTER TABLE {table} ADD COLUMN {quote(name)} {SQL_TYPES[type_]}")
    cursor.execute(
        "INSERT INTO field SELECT ?, ?, ?, ?, coalesce(max(position), -1) + 1 FROM field",
        [level, name, source_name or name, type_],
    )
    return _user_field(level, name, type_)


def change_type(
    cursor: duckdb.DuckDBPyConnection, level: Level, name: str, type_: FieldType
) -> None:
    """Give a user field's column a wider type."""
    table, _ = TABLES[level]
    cursor.execute(
        f"ALTER TABLE {table} ALTER COLUMN {quote(name)} SET DATA TYPE {SQL_TYPES[type_]}"
    )
    cursor.execute("UPDATE field SET type = ? WHERE level = ? AND name = ?", [type_, level, name])


def widest(present: FieldType, coming: FieldType) -> FieldType:
    """The narrowest type that holds values of both."""
    if present == coming:
        return present
    return "number" if {present, coming} == {"integer", "number"} else "string"


def is_reserved(name: str) -> bool:
    """Whether a built-in column has this name, or predicates would misread it."""
    return name.lower() in reserved() or name.lower().startswith(("sample.", "annotation."))


def free_name(cursor: duckdb.DuckDBPyConnection, level: Level, wanted: str) -> str:
    """A name that no field of a level has, in any case: underscores are appended."""
    taken = {
        row[0].lower()
        for row in cursor.execute("SELECT name FROM field WHERE level = ?", [level]).fetchall()
    }
    name = wanted.strip() or "field"
    if name.lower().startswith(("sample.", "annotation.")):
        name = name.replace(".", "_", 1)
    while is_reserved(name) or name.lower() in taken:
        name += "_"
    return name


# --- values ----------------------------------------------------------------------------------


_ARROW_TYPES: tuple[tuple[FieldType, tuple[Callable[[pa.DataType], bool], ...]], ...] = (
    ("boolean", (pa.types.is_boolean,)),
    # Beyond int64 nothing is exact: such values are kept as floats.
    ("number", (pa.types.is_uint64, pa.types.is_floating, pa.types.is_decimal)),
    ("integer", (pa.types.is_integer,)),
    ("timestamp", (pa.types.is_timestamp, pa.types.is_date)),
    ("string", (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)),
)


_LARGEST_TEXT = 1 << 28
_STORED_AS_IS = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_()}


def field_type(type_: pa.DataType) -> FieldType | None:
    """The field type for values of an Arrow type; None: none holds them as they are."""
    if pa.types.is_dictionary(type_):
        return field_type(type_.value_type)
    for found, tests in _ARROW_TYPES:
        if any(test(type_) for test in tests):
            return found
    return None


def to_column(values: pa.ChunkedArray, type_: FieldType) -> pa.ChunkedArray:
    """Values as a field's column holds them.

    Times become UTC without a zone; NaN becomes missing; what fits no field type becomes JSON text.

    Raises
    ------
    VisionLensError
        FIELD_TYPE when a value does not fit.
    """
    if pa.types.is_dictionary(values.type):
        values = _written_out(values)
    if values.type == _STORED_AS_IS.get(type_):
        return values
    try:
        match type_:
            case "string":
                return _to_text(values)
            case "number":
                import pyarrow.compute as pc  # loading it takes longer than a small ingest's writes

                numbers = values.cast(pa.float64(), safe=False)
                return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
            case "integer":
                return values.cast(pa.int64())
            case "boolean":
                return values.cast(pa.bool_())
            case _:
                # From a zone to UTC; nanoseconds are cut to the microseconds that are stored.
                return values.cast(pa.timestamp("us"), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise VisionLensError(
            "FIELD_TYPE", f"The values are not all of type {type_}.", details={"cause": str(error)}
        ) from error


def _written_out(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each value instead of its place in a dictionary; a small upload may become very large so."""
    import pyarrow.compute as pc

    if pa.types.is_string(values.type.value_type) or pa.types.is_large_string(
        values.type.value_type
    ):
        size = sum(
            pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
            for chunk in values.chunks
        )
        if size > _LARGEST_TEXT:
            raise VisionLensError(
                "FIELD_TYPE",
                f"The texts have {size:,} bytes; a field takes {_LARGEST_TEXT:,} at once.",
                "Keep long texts out of fields, or set them for fewer rows at once.",
            )
    return values.cast(values.type.value_type)


def _to_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    known = field_type(values.type)
    if known in ("string", "integer", "number", "boolean"):
        return values.cast(pa.string())
    if known == "timestamp":
        import pyarrow.compute as pc

        return pc.strftime(values.cast(pa.timestamp("us"), safe=False), "%Y-%m-%dT%H:%M:%S")
    texts = [None if v is None else json.dumps(v, default=str) for v in values.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])
