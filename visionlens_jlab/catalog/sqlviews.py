"""The views `samples` and `annotations` for the user's own SQL: the columns of `table()`."""

from __future__ import annotations

import duckdb

from visionlens_jlab.catalog.tables import select_all
from visionlens_jlab.catalog.userfields import LIST_FIELDS, field_set
from visionlens_jlab.models import Level

_LEVELS: tuple[Level, ...] = ("samples", "annotations")


def refresh(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make both views show the fields there are now."""
    fields = field_set(cursor.execute(LIST_FIELDS).fetchall())
    for level in _LEVELS:
        cursor.execute(f"CREATE OR REPLACE VIEW {level} AS {select_all(fields, level)}")
