"""The tables in `state.sqlite` about roots of images that this user chose; see `RootTrust`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from visionlens_jlab.core.system.private_files import write_private_file

KEPT = "roots.json"
"""Beside `state.sqlite`: the same once more, for when that is damaged or lost."""
_TABLES = (
    "CREATE TABLE known_before AS SELECT uuid, slug FROM dataset",
    "CREATE TABLE trusted_root (uuid TEXT, location TEXT, PRIMARY KEY (uuid, location))",
)
"""Made by the first version that asks. Datasets that were known before have roots that were chosen
and not noted; a folder that comes later is none of these, whatever it says of itself."""


def prepare(connection: sqlite3.Connection, kept: Path) -> None:
    """Make the tables where they are missing, in a transaction, with what was kept of them."""
    if _is_prepared(connection):
        return
    for statement in _TABLES:
        connection.execute(statement)
    for table in ("known_before", "trusted_root"):
        rows = [row for row in _read(kept, table) if _is_row(row)]
        connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)
    _keep(connection, kept)


def roots_of(connection: sqlite3.Connection, uuid: str) -> frozenset[str]:
    """What was chosen for a dataset."""
    if not _is_prepared(connection):
        return frozenset()
    rows = connection.execute("SELECT location FROM trusted_root WHERE uuid = ?", (uuid,))
    return frozenset(row[0] for row in rows)


def was_known_before(connection: sqlite3.Connection, slug: str, uuid: str) -> bool:
    """Whether an earlier version opened a dataset, whose roots were not noted since."""
    table = "known_before" if _is_prepared(connection) else "dataset"
    query = f"SELECT 1 FROM {table} WHERE uuid = ? AND slug = ?"
    return connection.execute(query, (uuid, slug)).fetchone() is not None


def note(
    connection: sqlite3.Connection,
    kept: Path,
    uuid: str,
    locations: Iterable[str],
    *,
    all_known: bool,
) -> None:
    """Note that roots were chosen; `all_known`: from now on only what is noted counts."""
    rows = [(uuid, location) for location in locations]
    connection.executemany("INSERT OR IGNORE INTO trusted_root VALUES (?, ?)", rows)
    if all_known:
        connection.execute("DELETE FROM known_before WHERE uuid = ?", (uuid,))
    _keep(connection, kept)


def forget(connection: sqlite3.Connection, kept: Path, uuid: str) -> None:
    """A dataset is gone."""
    for table in ("known_before", "trusted_root"):
        connection.execute(f"DELETE FROM {table} WHERE uuid = ?", (uuid,))
    _keep(connection, kept)


def _keep(connection: sqlite3.Connection, kept: Path) -> None:
    content = {
        table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in ("known_before", "trusted_root")
    }
    if not any(content.values()) and not kept.exists():
        return
    with suppress(OSError):  # no room, say: the database has it
        write_private_file(kept, json.dumps(content).encode())


def _read(kept: Path, table: str) -> list[Any]:
    try:
        return list(json.loads(kept.read_text(encoding="utf-8"))[table])
    except (OSError, ValueError, TypeError, LookupError):  # none, or a damaged one
        return []


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)


def _is_prepared(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE name = 'trusted_root'"
    return connection.execute(query).fetchone() is not None
