"""Numbered SQL files and the runner that brings a dataset up to the newest of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

from visionlens_jlab.core.fields.builtin import measures
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.user_fields import TABLES, free_name
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

_FOLDER = Path(__file__).parent
_LEVELS: tuple[Level, ...] = ("samples", "annotations")
_GEOMETRY = ("relative_area", "center_x", "center_y", "edge_distance")
_TAKES: dict[int, tuple[tuple[Level, str], ...]] = {
    6: (("samples", "source_id"),),
    # Of both levels: a bare name in a predicate now means the built-in.
    7: tuple((level, name) for level in _LEVELS for name in _GEOMETRY),
}
"""Names of built-ins that came with a migration and that users could give until then."""


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """(number, SQL) of each migration, ascending."""
    files = sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple((int(file.name[:4]), file.read_text(encoding="utf-8")) for file in files)


def newest() -> int:
    """The schema version this code reads and writes."""
    return migrations()[-1][0]


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """The schema version of an open dataset; 0: an empty file."""
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version'"
    ).fetchall()
    if not exists[0][0]:
        return 0
    found = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchall()
    return int(found[0][0])


def migrate(connection: duckdb.DuckDBPyConnection, target: int | None = None) -> None:
    """Apply what is missing, in one transaction.

    Raises
    ------
    VisionLensError
        DATASET_TOO_NEW when a newer version of the product wrote the dataset.
    """
    present = schema_version(connection)
    check_not_too_new(present)
    missing = [
        (number, sql)
        for number, sql in migrations()
        if number > present and (target is None or number <= target)
    ]
    measured = new_measures(connection) if target is None and present else []
    if not missing and not measured:
        return
    connection.begin()
    try:
        for number, sql in missing:
            _apply(connection, number, sql)
        for name in new_measures(connection) if target is None else []:
            _make_room(connection, "samples", name)
            connection.execute(f"ALTER TABLE sample ADD COLUMN {quote(name)} DOUBLE")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def new_measures(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Measures that came since the dataset was written last: it has no columns for them."""
    rows = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'sample' "
        "EXCEPT SELECT name FROM field WHERE level = 'samples'"
    ).fetchall()
    present = {name for (name,) in rows}
    return [field.name for field in measures() if field.name not in present]


def _apply(connection: duckdb.DuckDBPyConnection, number: int, sql: str) -> None:
    if number == 1:
        connection.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    for level, column in _TAKES.get(number, ()):
        _make_room(connection, level, column)
    connection.execute(sql)
    connection.execute("INSERT INTO schema_version VALUES (?, now() AT TIME ZONE 'UTC')", [number])


def _make_room(connection: duckdb.DuckDBPyConnection, level: Level, column: str) -> None:
    """Rename a user field that has the name of a new built-in."""
    table, _ = TABLES[level]
    named = connection.execute(
        "SELECT name FROM field WHERE level = ? AND lower(name) = ?", [level, column]
    ).fetchall()
    for (name,) in named:
        # Views name columns; they are made again when the dataset is opened for writing.
        for view in ("samples", "annotations"):
            connection.execute(f"DROP VIEW IF EXISTS {view}")
        free = free_name(connection, level, name)
        connection.execute(f"ALTER TABLE {table} RENAME COLUMN {quote(name)} TO {quote(free)}")
        connection.execute(
            "UPDATE field SET name = ? WHERE level = ? AND name = ?", [free, level, name]
        )


def check_not_too_new(present: int) -> None:
    """Raise DATASET_TOO_NEW for a schema version this code does not know."""
    if present > newest():
        raise VisionLensError(
            "DATASET_TOO_NEW",
            f"The dataset has schema version {present}; this version reads up to {newest()}.",
        )
