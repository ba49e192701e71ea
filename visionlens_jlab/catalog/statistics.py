"""Range and number of values of each field in the whole dataset."""

from __future__ import annotations

from dataclasses import dataclass

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import Field, FieldSet, quote
from visionlens_jlab.models import Level


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
        found |= _of_level(reader, [field for field in fields if field.level == level], level)
    return found


def numeric(field: Field) -> str:
    """The SQL of a histogram's numbers; times as seconds since 1970."""
    if field.type == "timestamp":
        return f"epoch({field.sql})"
    return f"CAST({field.sql} AS DOUBLE)"


def _of_level(reader: Reader, fields: list[Field], level: Level) -> Statistics:
    source = "sample s" if level == "samples" else "annotation a"
    listed = []
    for field in fields:
        if field.type == "tags":
            table = "sample_tag" if level == "samples" else "annotation_tag"
            listed.append(f"(SELECT count(*) FROM {table}), NULL, NULL")
        elif field.facet == "histogram":
            number = numeric(field)
            finite = f"FILTER (WHERE isfinite({number}))"
            listed.append(f"count({field.sql}), min({number}) {finite}, max({number}) {finite}")
        else:
            column = 'a."class_id"' if field.is_class else f"{source[-1]}.{quote(field.name)}"
            listed.append(f"count({column}), NULL, NULL")
    row = reader.rows(f"SELECT {', '.join(listed)} FROM {source}")[0]
    return {field: FieldStatistics(*row[3 * i : 3 * i + 3]) for i, field in enumerate(fields)}
