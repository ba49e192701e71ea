"""The dataset as SQL: the views samples and annotations, and a predicate as one SELECT."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import duckdb

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, field_set
from visionlens_jlab.core.predicates.sql import annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import select_all
from visionlens_jlab.core.views.views import combined_filter, view_condition

_LEVELS: tuple[Level, ...] = ("samples", "annotations")


def refresh(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make both views in the file show the fields there are now."""
    for name, text in view_texts(Reader(cursor)).items():
        cursor.execute(f"CREATE OR REPLACE VIEW {name} AS {text}")


def view_texts(reader: Reader) -> dict[str, str]:
    """The SELECT of each view."""
    fields = field_set(reader.rows(LIST_FIELDS))
    return {level: select_all(fields, level) for level in _LEVELS}


_PLACE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?")


def select_text(spec: ViewSpec, fields: FieldSet) -> str:
    """SQL for `sql()` with the ids that the view's filter gives; column `<level>_id`.

    PREDICATE_INVALID, FIELD_UNKNOWN, FIELD_TYPE.
    """
    condition = view_condition(combined_filter(spec), spec, fields)
    values = iter(condition.parameters)

    def place(match: re.Match[str]) -> str:
        return literal(next(values)) if match[0] == "?" else match[0]

    where = _PLACE.sub(place, condition.sql)
    if spec.level == "samples":
        return f"SELECT s.sample_id FROM sample s WHERE {where}"
    return f"SELECT a.annotation_id FROM {annotations_from(condition.aliases)} WHERE {where}"


def literal(value: Any) -> str:
    """A parameter as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return repr(value).lower()
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(one) for one in value)}]"
    return "'" + str(value).replace("'", "''") + "'"
