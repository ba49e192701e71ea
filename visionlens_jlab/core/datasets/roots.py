"""Where source roots lie: an address, or a folder of the dataset's own, which moves with it."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import staged

LOCATION = (
    "CASE WHEN starts_with(r.location, './') "
    "THEN (SELECT folder FROM meta) || substr(r.location, 2) ELSE r.location END"
)
"""The location of root `r` as it is now. NULL where there is no such root."""
_STORED = (
    "CASE WHEN starts_with(location, folder || '/') "
    "THEN '.' || substr(location, length(folder) + 1) ELSE location END"
)
"""`location` relative to the dataset's `folder` where it lies in there."""


def root_locations(reader: Reader) -> dict[str, str]:
    """Name -> location of each root, as it is now."""
    return dict(reader.rows(f"SELECT name, {LOCATION} FROM source_root r ORDER BY name"))


def write_roots(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Add source roots; a known name gets the new location."""
    with staged(cursor, table) as name:
        cursor.execute(
            f"INSERT INTO source_root SELECT name, {_STORED} "
            f"FROM (SELECT t.name, t.location, m.folder FROM {name} t, meta m) "
            "ON CONFLICT (name) DO UPDATE SET location = excluded.location"
        )


def follow_move(cursor: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Note where the dataset's folder is now; what lay in it when it was open last still does."""
    # Older versions kept absolute locations only.
    cursor.execute(
        f"UPDATE source_root SET location = {_STORED} FROM (SELECT folder FROM meta) "
        "WHERE starts_with(location, folder || '/')"
    )
    cursor.execute("UPDATE meta SET folder = ?", [folder])
