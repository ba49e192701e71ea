"""`acknowledged`: what a dataset's writers were told of, kept beside its DuckDB file.

A write-ahead log that was cut short opens without its last writes, and so does an older copy of the
file: neither can tell that something is missing. These numbers can: the version, and how often
something was kept that is no change of the data (saved views, workspaces, findings).
"""

from __future__ import annotations

import json
import logging
import os
import threading
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.system.private_files import write_private_file

_FILE = "acknowledged"
LOST = "lost_writes"
"""Kind of the outbox row that says so."""
_TOLD_DAYS = 7

_log = logging.getLogger(__name__)


class Count(NamedTuple):
    """Commits: the dataset's version, and those that are no change of the data."""

    version: int
    kept: int


class Acknowledged:
    """The counts of one dataset that this process holds; from any thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._count = _UNKNOWN
        self._descriptor = -1

    def note(self, count: Count) -> None:
        """Remember commits that are on the disk; later where there is no room."""
        with self._lock, suppress(OSError):
            newest = Count(*map(max, self._count, count))
            if newest == self._count:
                return
            if self._descriptor < 0:
                # Replaced first: what lies there may be a link to anywhere.
                write_private_file(self._path, _line(*newest))
                self._descriptor = os.open(self._path, os.O_WRONLY)
            else:
                os.pwrite(self._descriptor, _line(*newest), 0)
            self._count = newest

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor, self._count = -1, _UNKNOWN


def read_count(connection: duckdb.DuckDBPyConnection) -> Count:
    """What the file itself says."""
    rows = connection.execute("SELECT version, kept FROM meta").fetchall()
    return Count(*rows[0]) if rows else _UNKNOWN


def read_acknowledged(folder: Path) -> Count:
    """What was told last; -1: not known."""
    try:
        content = (folder / _FILE).read_bytes()
    except OSError:
        return _UNKNOWN
    numbers = content.split()[:-1]
    if not 1 <= len(numbers) <= 2 or not all(number.isdigit() for number in numbers):
        return _UNKNOWN
    told = [int(number) for number in numbers]
    return Count(*[*told, -1][:2]) if _line(*told) == content else _UNKNOWN


def record_loss(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write down that acknowledged commits are missing, where they are.

    The counts go on behind them: no number means two states of the data.
    """
    told, there = read_acknowledged(folder), read_count(connection)
    lost = _missing(told, there)
    if there == _UNKNOWN or lost == (0, 0):
        return
    _log.warning("%s: %s", folder.name, " ".join(lost_messages(lost)))
    version = max(told.version, there.version) + 1
    connection.begin()
    try:
        connection.execute(
            "UPDATE meta SET version = ?, kept = ?, modified_at = ?",
            [version, max(told.kept, there.kept), utc_now()],
        )
        payload = {"count": lost.version, "kept": lost.kept}
        connection.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?)",
            [version, LOST, json.dumps(payload), utc_now()],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def lost_writes(cursor: duckdb.DuckDBPyConnection, folder: Path) -> Count:
    """Acknowledged commits that are missing, as far as that was found in the last days."""
    since = utc_now() - timedelta(days=_TOLD_DAYS)
    rows = cursor.execute(
        "SELECT payload FROM outbox WHERE kind = ? AND created_at > ?", [LOST, since]
    ).fetchall()
    payloads = [json.loads(payload) for (payload,) in rows]
    now = _missing(read_acknowledged(folder), read_count(cursor))
    return Count(
        now.version + sum(int(one["count"]) for one in payloads),
        now.kept + sum(int(one.get("kept", 0)) for one in payloads),
    )


def lost_messages(lost: Count) -> list[str]:
    """What to say of missing commits: of writes, and of what is no change of the data."""
    said = ((lost.version, "write"), (lost.kept, "change of saved views, workspaces or findings"))
    return [_message(count, what) for count, what in said if count]


def _message(count: int, what: str) -> str:
    first, _, rest = what.partition(" ")
    named = f"{what} is" if count == 1 else f"{count} {first}s {rest}".rstrip() + " are"
    return f"The last {named} missing: the file or its write-ahead log is older than it should be."


def _missing(told: Count, there: Count) -> Count:
    return Count(*(max(0, one - other) for one, other in zip(told, there, strict=True)))


_UNKNOWN = Count(-1, -1)


def _line(*numbers: int) -> bytes:
    """With a checksum: a number that was damaged must not look like lost writes."""
    content = " ".join(map(str, numbers)).encode()
    return b"%s %08x\n" % (content, zlib.crc32(content))
