"""One value of a field for each id, as a map colours its points.

A sample has many annotations and either may have many tags. Of an annotation field a sample takes
the value that most of its ground-truth annotations have (of any source where the field speaks of
sources), of a numeric one their mean; of several tags the one that fewest rows have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.catalog.statistics import numeric
from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.predicates.sql import annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import OutcomeFilter
from visionlens_jlab.evaluation.store.outcomes import outcomes
from visionlens_jlab.map.shapes import ColorLegend, ColorsRequest, ColorValue

MISSING = 0xFFFF
OUTCOME = "outcome"
_WORST = ("false_negative", "false_positive", "true_positive", "ignored")
"""Outcomes in the order in which one of them stands for a sample."""
_FEW = 30
"""Whole numbers with at most so many distinct values are told apart, as labels of clusters are."""

_KEYS: dict[Level, str] = {"samples": "sample_id", "annotations": "annotation_id"}


@dataclass(frozen=True)
class Coloring:
    """A legend with its codes (uint16) or numbers (float32), indexed by id."""

    legend: ColorLegend
    values: np.ndarray[Any, Any]


def read_colors(snapshot: Snapshot, request: ColorsRequest) -> Coloring:
    """The values of a field by id; kept for the dataset's version.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN; EVALUATION_NOT_FOUND for the field `outcome` of an evaluation.
    """
    if request.outcomes is not None and request.field == OUTCOME:
        return _outcomes(snapshot, request, request.outcomes)
    field = snapshot.fields.resolve(request.field)
    key = ("colors", field, request.level, request.limit)
    return snapshot.cached(key, lambda: _read(snapshot, field, request))


def _read(snapshot: Snapshot, field: Field, request: ColorsRequest) -> Coloring:
    if field.type in ("number", "timestamp"):
        return _numbers(snapshot, field, request.level)
    if field.type == "integer" and not _are_labels(snapshot, field):
        return _numbers(snapshot, field, request.level)
    return _values(snapshot, field, request)


def _are_labels(snapshot: Snapshot, field: Field) -> bool:
    table = "sample s" if field.level == "samples" else "annotation a"
    distinct = f"SELECT DISTINCT {field.sql} FROM {table} LIMIT {_FEW + 2}"
    rows = snapshot.reader.rows(f"SELECT count(*) FROM ({distinct})")
    return int(rows[0][0]) <= _FEW


def _legend(snapshot: Snapshot, field: Field, level: Level, **more: Any) -> ColorLegend:
    info = snapshot.fields.info(field)
    return ColorLegend(
        field=info.name,
        label=info.label,
        level=level,
        version=snapshot.reader.version,
        **more,
    )


def _size(snapshot: Snapshot, level: Level) -> int:
    table, key = ("sample" if level == "samples" else "annotation"), _KEYS[level]
    return int(snapshot.reader.rows(f"SELECT coalesce(max({key}) + 1, 0) FROM {table}")[0][0])


# --- numbers ---------------------------------------------------------------------------------


def _numbers(snapshot: Snapshot, field: Field, level: Level) -> Coloring:
    rows = snapshot.reader.arrow(_numbers_sql(field, level))
    ids = rows.column(0).to_numpy().astype(np.int64)
    found = rows.column(1).to_numpy(zero_copy_only=False).astype(np.float32)
    values = np.full(_size(snapshot, level), np.nan, np.float32)
    values[ids] = np.where(np.isfinite(found), found, np.nan)
    present = values[ids]
    present = present[~np.isnan(present)]
    legend = _legend(
        snapshot,
        field,
        level,
        type="numbers",
        size=len(values),
        missing=len(ids) - len(present),
        low=float(present.min()) if len(present) else None,
        high=float(present.max()) if len(present) else None,
    )
    return Coloring(legend, values)


def _numbers_sql(field: Field, level: Level) -> str:
    number = numeric(field)
    if field.level == level:
        if level == "samples":
            return f"SELECT s.sample_id, {number} FROM sample s"
        return f"SELECT a.annotation_id, {number} FROM {annotations_from(field.aliases)}"
    if level == "annotations":
        return f"SELECT a.annotation_id, {number} FROM annotation a JOIN sample s USING (sample_id)"
    return (
        f"SELECT s.sample_id, v.value FROM sample s LEFT JOIN (SELECT a.sample_id, "
        f"avg({number}) AS value FROM {annotations_from(field.aliases)} "
        f"WHERE {_sources(field)} GROUP BY a.sample_id) v "
        "ON v.sample_id = s.sample_id"
    )


def _sources(field: Field) -> str:
    return "TRUE" if field.speaks_of_sources else "a.source = 'ground_truth'"


# --- values ----------------------------------------------------------------------------------


def _values(snapshot: Snapshot, field: Field, request: ColorsRequest) -> Coloring:
    level = request.level
    reader = snapshot.reader
    chosen = _values_sql(field, level)
    counts = reader.rows(
        f"SELECT value, count(*) AS n FROM ({chosen}) GROUP BY value ORDER BY n DESC, value"
    )
    named = [(value, count) for value, count in counts if value is not None]
    listed, others = named[: request.limit], named[request.limit :]
    codes = np.full(_size(snapshot, level), MISSING, np.uint16)
    # a dictionary of the values in order of their codes: one pass, no text leaves the database
    rows = reader.arrow(
        f"WITH v AS ({chosen}), c AS (SELECT value, row_number() OVER (ORDER BY count(*) DESC, "
        "value) - 1 AS code FROM v WHERE value IS NOT NULL GROUP BY value) "
        "SELECT v.id, least(c.code, ?)::USMALLINT FROM v JOIN c ON c.value = v.value",
        [len(listed)],
    )
    codes[rows.column(0).to_numpy().astype(np.int64)] = rows.column(1).to_numpy()
    legend = _legend(
        snapshot,
        field,
        level,
        type="values",
        size=len(codes),
        values=[ColorValue(value=value, count=count) for value, count in listed],
        others=len(others),
        others_count=sum(count for _, count in others),
        missing=sum(count for value, count in counts if value is None),
    )
    return Coloring(legend, codes)


def _values_sql(field: Field, level: Level) -> str:
    """SELECT of (id, value), a row for each id of the level."""
    if field.type == "tags":
        return _tags_sql(field, level)
    if field.level == level:
        table = "sample s" if level == "samples" else "annotation a"
        joined = " LEFT JOIN class c ON c.class_id = a.class_id" if field.is_class else ""
        return f"SELECT {_KEYS[level]} AS id, {field.sql} AS value FROM {table}{joined}"
    if level == "annotations":
        return (
            f"SELECT a.annotation_id AS id, {field.sql} AS value "
            "FROM annotation a JOIN sample s USING (sample_id)"
        )
    # grouped by number where the value is a class: text takes four times as long
    value = "a.class_id" if field.is_class else field.sql
    most = (
        f"SELECT sample_id, value FROM (SELECT a.sample_id, {value} AS value, count(*) AS n "
        f"FROM annotation a WHERE {_sources(field)} AND {value} IS NOT NULL GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY sample_id ORDER BY n DESC, value) = 1"
    )
    if field.is_class:
        most = (
            f"SELECT m.sample_id, c.name AS value FROM ({most}) m "
            "JOIN class c ON c.class_id = m.value"
        )
    return (
        f"SELECT s.sample_id AS id, v.value FROM sample s LEFT JOIN ({most}) v "
        "ON v.sample_id = s.sample_id"
    )


def _tags_sql(field: Field, level: Level) -> str:
    own = "sample" if field.level == "samples" else "annotation"
    key = f"{own}_id"
    rarest = (
        f"SELECT t.{key}, t.tag FROM {own}_tag t "
        f"JOIN (SELECT tag, count(*) AS n FROM {own}_tag GROUP BY tag) f ON f.tag = t.tag "
        f"QUALIFY row_number() OVER (PARTITION BY t.{key} ORDER BY f.n, t.tag) = 1"
    )
    if level in (field.level, "annotations"):
        return (
            f"SELECT r.{_KEYS[level]} AS id, t.tag AS value FROM "
            f"{'sample' if level == 'samples' else 'annotation'} r "
            f"LEFT JOIN ({rarest}) t ON t.{key} = r.{key}"
        )
    most = (
        "SELECT sample_id, tag FROM (SELECT a.sample_id, t.tag, count(*) AS n FROM annotation a "
        "JOIN annotation_tag t USING (annotation_id) GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY sample_id ORDER BY n DESC, tag) = 1"
    )
    return (
        f"SELECT s.sample_id AS id, t.tag AS value FROM sample s LEFT JOIN ({most}) t "
        "ON t.sample_id = s.sample_id"
    )


# --- outcomes --------------------------------------------------------------------------------


def _outcomes(snapshot: Snapshot, request: ColorsRequest, wanted: OutcomeFilter) -> Coloring:
    """What became of each annotation; of a sample the worst of its annotations'."""
    from visionlens_jlab.evaluation.matching.outcomes import OUTCOMES

    found = outcomes(snapshot, wanted)
    worst = [OUTCOMES.index(name) for name in _WORST]
    place = np.argsort(worst).astype(np.uint16)[found.outcome]
    ids = found.ids
    if request.level == "samples":
        ids = snapshot.owners(ids)
    codes = np.full(_size(snapshot, request.level), MISSING, np.uint16)
    there = ids < len(codes)
    np.minimum.at(codes, ids[there], place[there])
    counts = np.bincount(codes[codes != MISSING], minlength=len(_WORST))
    total = snapshot.existing(request.level)[1]
    legend = ColorLegend(
        field=OUTCOME,
        label="Outcome",
        level=request.level,
        version=snapshot.reader.version,
        type="values",
        size=len(codes),
        values=[
            ColorValue(value=name, count=int(count))
            for name, count in zip(_WORST, counts.tolist(), strict=True)
        ],
        missing=total - int(counts.sum()),
    )
    return Coloring(legend, codes)
