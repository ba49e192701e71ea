"""The views `samples` and `annotations` for the user's own SQL: the columns of `table()`."""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, field_set
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.tables import select_all

_LEVELS: tuple[Level, ...] = ("samples", "annotations")


def refresh(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make both views in the file show the fields there are now."""
    for name, text in view_texts(Reader(cursor)).items():
        cursor.execute(f"CREATE OR REPLACE VIEW {name} AS {text}")


def view_texts(reader: Reader) -> dict[str, str]:
    """The SELECT of each view."""
    fields = field_set(reader.rows(LIST_FIELDS))
    return {level: select_all(fields, level) for level in _LEVELS}
