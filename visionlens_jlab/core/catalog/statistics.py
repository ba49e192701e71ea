"""Range and number of values of each field in the whole dataset."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.sql import annotations_from
from visionlens_jlab.core.shapes import Level


@dataclass(frozen=True)
class FieldStatistics:
    """`count` rows have a value; `low`, `high` bound the finite numbers (times: epoch seconds)."""

    count: int
    low: float | None = None
    high: float | None = None


Statistics = dict[Field, FieldStatistics]


def read_statistics(reader: Reader, fields: FieldSet) -> Statistics:
    """Statistics of every field."""
    found: Statistics = {}
    levels: tuple[Level, ...] = ("samples", "annotations")
    for level in levels:
        own = [field for field in fields if field.level == level]
        stored = [field for field in own if not field.expression]
        found |= _read(reader, stored, "sample s" if level == "samples" else "annotation a")
    worked_out = [field for field in fields if field.expression]
    return found | _read(reader, worked_out, annotations_from("as"))


def numeric(field: Field) -> str:
    """The SQL of a histogram's numbers; times as seconds since 1970."""
    return _number(field, field.sql)


def _number(field: Field, value: str) -> str:
    return f"epoch({value})" if field.type == "timestamp" else f"CAST({value} AS DOUBLE)"


def _read(reader: Reader, fields: list[Field], source: str) -> Statistics:
    """Of fields of one level, over the FROM clause that gives their values."""
    listed = []
    for field in fields:
        if field.type == "tags":
            table = "sample_tag" if field.level == "samples" else "annotation_tag"
            listed.append(f"(SELECT count(*) FROM {table}), NULL, NULL")
        elif field.facet == "histogram":
            low, high = (_number(field, f"{name}({field.sql})") for name in ("min", "max"))
            listed.append(f"count({field.sql}), {low}, {high}")
        else:
            column = 'a."class_id"' if field.is_class else field.sql
            listed.append(f"count({column}), NULL, NULL")
    row = reader.rows(f"SELECT {', '.join(listed)} FROM {source}")[0]
    found = {field: FieldStatistics(*row[3 * i : 3 * i + 3]) for i, field in enumerate(fields)}
    for field, statistics in found.items():
        if not all(bound is None or isfinite(bound) for bound in (statistics.low, statistics.high)):
            found[field] = _finite(reader, field, source, statistics.count)
    return found


def _finite(reader: Reader, field: Field, source: str, count: int) -> FieldStatistics:
    """Leaves out infinities and NaN; a pass of its own, for few fields have any."""
    number = numeric(field)
    bounds = f"SELECT min({number}), max({number}) FROM {source} WHERE isfinite({number})"
    return FieldStatistics(count, *reader.rows(bounds)[0])
