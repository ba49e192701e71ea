"""Rows of a level as Arrow tables: the whole dataset, a view, or given ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.fields.builtin import COMPUTED
from visionlens_jlab.core.fields.columns import column_names
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import TABLES
from visionlens_jlab.core.predicates.compiler import compile_matching
from visionlens_jlab.core.predicates.sql import Among, annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.views import ResolvedView, combined_filter, unusable
from visionlens_jlab.errors import VisionLensError

Ids = np.ndarray[Any, Any]

URI = f"CASE WHEN r.location IS NULL THEN s.path ELSE rtrim({LOCATION}, '/') || '/' || s.path END"
"""Where an image lies, over `s` and its root `r`."""
_TAGS = "coalesce({alias}.tags, [])"

_NO_FIELDS: dict[Level, dict[str, str]] = {
    "samples": {"uri": URI, "tags": _TAGS.format(alias="st")},
    "annotations": {"sample_id": "a.sample_id", "tags": _TAGS.format(alias="lt")},
}
_COMPUTED = {field.name: field.sql for field in COMPUTED}
_ON_REQUEST: dict[Level, dict[str, str]] = {
    "samples": {"root": "s.root", "source_id": "s.source_id"},
    "annotations": {"geometry": "decode(a.geometry)", "attributes": "a.attributes"} | _COMPUTED,
}
"""Columns that are given when asked for by name only."""

_SAMPLES_FROM = (
    "sample s LEFT JOIN source_root r ON r.name = s.root LEFT JOIN (SELECT sample_id, "
    "list(tag ORDER BY tag) AS tags FROM sample_tag{among} GROUP BY sample_id) st "
    "ON st.sample_id = s.sample_id"
)
_ANNOTATIONS_FROM = (
    "annotation a LEFT JOIN class c ON c.class_id = a.class_id LEFT JOIN (SELECT annotation_id, "
    "list(tag ORDER BY tag) AS tags FROM annotation_tag{among} GROUP BY annotation_id) lt "
    "ON lt.annotation_id = a.annotation_id"
)
_WITH_SAMPLES = " LEFT JOIN sample s ON s.sample_id = a.sample_id"


def read_table(
    reader: Reader,
    fields: FieldSet,
    level: Level,
    *,
    ids: Ids,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Rows of `level` in the order of `ids`: a page of them, for DuckDB holds all at once.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN for a column that does not exist; ID_UNKNOWN for an id that does not.
    """
    chosen = _chosen(fields, level, columns)
    listed = ", ".join(f"{sql} AS {quote(name)}" for name, sql in chosen.items())
    _, key = TABLES[level]
    alias = "s" if level == "samples" else "a"
    among = f" WHERE {key} BETWEEN ? AND ? AND {key} IN (SELECT id FROM wanted)"
    source = (_SAMPLES_FROM if level == "samples" else _ANNOTATIONS_FROM).format(among=among)
    if level == "annotations" and not _COMPUTED.keys().isdisjoint(chosen):
        source += _WITH_SAMPLES
    reader.register_ids("wanted", ids)
    # A range besides: where rows lie by id, only theirs are read.
    ends = [int(ids.min()), int(ids.max())] if len(ids) else [0, 0]
    table = reader.arrow(
        f"SELECT {listed} FROM {source} JOIN wanted v ON v.id = {alias}.{key} "
        f"WHERE {alias}.{key} BETWEEN ? AND ? ORDER BY v.position",
        ends * 2,
    )
    if table.num_rows != len(ids):
        raise_unknown(reader, level, ids)
    return _with_zones(table)


def select_all(fields: FieldSet, level: Level) -> str:
    """The SELECT behind the whole table of a level, unordered; with what is worked out."""
    chosen, source = _chosen(fields, level, None), _SAMPLES_FROM
    if level == "annotations":
        chosen, source = chosen | _COMPUTED, _ANNOTATIONS_FROM + _WITH_SAMPLES
    source = source.format(among="")
    listed = ", ".join(f"{sql} AS {quote(name)}" for name, sql in chosen.items())
    return f"SELECT {listed} FROM {source}"


def raise_unknown(reader: Reader, level: Level, ids: Ids) -> None:
    """Raise ID_UNKNOWN if one of `ids` does not exist, naming the first few."""
    name, key = TABLES[level]
    missing = np.setdiff1d(ids, reader.ids(f"SELECT {key} FROM {name}"))
    if len(missing):
        some = ", ".join(str(value) for value in missing[:5])
        raise VisionLensError(
            "ID_UNKNOWN", f"{len(missing)} of the ids do not exist at level {level}: {some}."
        )


def as_ids(ids: Sequence[int] | Ids) -> Ids:
    """Ids as uint32 (n,).

    Raises
    ------
    VisionLensError
        ID_UNKNOWN when they are no whole numbers from 0 to 2**32 - 1.
    """
    given = np.asarray(ids)
    if given.size == 0:
        return np.empty(0, np.uint32)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise VisionLensError("ID_UNKNOWN", "Ids must be a flat list of whole numbers.")
    if given.min() < 0 or given.max() > np.iinfo(np.uint32).max:
        raise VisionLensError("ID_UNKNOWN", "Ids must lie between 0 and 4294967295.")
    return given.astype(np.uint32)


def id_limit(cursor: duckdb.DuckDBPyConnection, level: Level) -> int:
    """The smallest id of a level that was never given out."""
    counter = "next_sample_id" if level == "samples" else "next_annotation_id"
    return int(cursor.execute(f"SELECT {counter} FROM meta").fetchall()[0][0])


def ids_of(reader: Reader, level: Level) -> Ids:
    """Every id of a level, ascending, uint32."""
    name, key = TABLES[level]
    return reader.ids(f"SELECT {key} FROM {name} ORDER BY {key}")


def ids_at_level(
    reader: Reader,
    fields: FieldSet,
    view: ResolvedView,
    level: Level,
    among: Among | None = None,
) -> Ids:
    """The rows of `level` that a view stands for, uint32; `among` is what its SQL lets through.

    A sample view's annotations are its matching ones (every one with `all`), sample by sample in
    view order. An annotation view's samples come in the order of their first annotation.
    """
    if level == view.level:
        return view.ids
    reader.register_ids("shown", view.ids)
    if level == "samples":
        return reader.ids(
            "SELECT a.sample_id FROM annotation a JOIN shown v ON v.id = a.annotation_id "
            "GROUP BY a.sample_id ORDER BY min(v.position)"
        )
    return _annotations_of_samples(reader, fields, view.spec, among)


def _annotations_of_samples(
    reader: Reader, fields: FieldSet, spec: ViewSpec, among: Among | None
) -> Ids:
    condition, parameters, aliases = "TRUE", (), frozenset[str]()
    if not spec.all:
        matching = compile_matching(combined_filter(spec), fields, among)
        condition, parameters, aliases = matching.sql, matching.parameters, matching.aliases
    sql = (
        f"SELECT a.annotation_id FROM {annotations_from(aliases)} "
        f"JOIN shown v ON v.id = a.sample_id WHERE {condition} ORDER BY v.position, a.annotation_id"
    )
    try:
        return reader.ids(sql, parameters)
    except duckdb.Error as error:
        raise unusable(error) from error


def _builtin(fields: FieldSet, level: Level) -> dict[str, str]:
    other = _NO_FIELDS[level]
    named = {field.name: field.sql for field in fields if field.level == level and field.builtin}
    return {name: other.get(name) or named[name] for name in column_names(level)}


def _chosen(fields: FieldSet, level: Level, columns: Sequence[str] | None) -> dict[str, str]:
    alias = "s" if level == "samples" else "a"
    builtin = _builtin(fields, level)
    user = {field.name: f"{alias}.{quote(field.name)}" for field in fields.user(level)}
    if columns is None:
        return builtin | user
    if not columns:
        raise VisionLensError(
            "REQUEST_INVALID", "A table needs a column.", "Name one, or pass None for all of them."
        )
    known = builtin | user | _ON_REQUEST[level]
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise VisionLensError(
            "FIELD_UNKNOWN",
            f"There is no column {unknown[0]!r} at level {level}.",
            f"The columns are {', '.join(builtin | user)}.",
        )
    return {name: known[name] for name in columns}


def _with_zones(table: pa.Table) -> pa.Table:
    """Stored times are UTC; say so in the type."""
    for index, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            zoned = table.column(index).cast(pa.timestamp("us", "UTC"))
            table = table.set_column(index, column.name, zoned)
    return table
