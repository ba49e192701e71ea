"""Views kept under a name."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb
from pydantic import ValidationError

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.predicates.renderer import render
from visionlens_jlab.core.views.shapes import SavedView, ViewSpec
from visionlens_jlab.core.views.views import combined_filter
from visionlens_jlab.errors import VisionLensError, unknown

_SELECT = "SELECT name, view, created_at, coalesce(modified_at, created_at) FROM saved_view"


def read_saved_views(reader: Reader) -> list[SavedView]:
    """Every saved view, by name; without those that only another version can read."""
    listed = []
    for row in reader.rows(f"{_SELECT} ORDER BY lower(name), name"):
        with suppress(ValidationError):
            listed.append(_saved(row))
    return listed


def write_saved_view(cursor: duckdb.DuckDBPyConnection, name: str, spec: ViewSpec) -> SavedView:
    """Keep a view; one of that name is replaced. REQUEST_INVALID without a name."""
    if not name:
        raise VisionLensError("REQUEST_INVALID", "A saved view needs a name.")
    now = utc_now()
    cursor.execute(
        "INSERT INTO saved_view (name, view, created_at, modified_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET view = excluded.view, modified_at = excluded.modified_at",
        [name, spec.model_dump_json(), now, now],
    )
    return _saved(cursor.execute(f"{_SELECT} WHERE name = ?", [name]).fetchall()[0])


def delete_saved_view(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Forget a view. VIEW_NOT_FOUND."""
    if not cursor.execute("DELETE FROM saved_view WHERE name = ? RETURNING 1", [name]).fetchall():
        known = cursor.execute("SELECT name FROM saved_view ORDER BY name").fetchall()
        raise unknown("VIEW_NOT_FOUND", "saved view", name, [each for (each,) in known])


def _saved(row: tuple[Any, ...]) -> SavedView:
    name, view, created, modified = row
    spec = ViewSpec.model_validate_json(view)
    return SavedView(
        name=name,
        view=spec,
        predicate=_predicate(spec),
        created_at=to_iso(created),
        modified_at=to_iso(modified),
    )


def _predicate(spec: ViewSpec) -> str:
    """The filter as text; as it was written where it cannot be read any more."""
    try:
        filter = combined_filter(spec)
    except VisionLensError:
        return spec.where or ""
    return "" if filter is None else render(filter)
