"""`acknowledged`: the version that a dataset's writers were told of, kept beside its DuckDB file.

A write-ahead log that was cut short opens without its last writes, and so does an older copy of the
file: neither can tell that something is missing. This number can.
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

import duckdb

from visionlens_jlab.catalog.clock import utc_now
from visionlens_jlab.catalog.private_files import write_private_file

_FILE = "acknowledged"
LOST = "lost_writes"
"""Kind of the outbox row that says so."""
_TOLD_DAYS = 7

_log = logging.getLogger(__name__)


class Acknowledged:
    """The number of one dataset that this process holds; from any thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._version = -1
        self._descriptor = -1

    def note(self, version: int) -> None:
        """Remember a version whose commit is on the disk; later where there is no room."""
        with self._lock, suppress(OSError):
            if version <= self._version:
                return
            if self._descriptor < 0:
                # Replaced first: what lies there may be a link to anywhere.
                write_private_file(self._path, _line(version))
                self._descriptor = os.open(self._path, os.O_WRONLY)
            else:
                os.pwrite(self._descriptor, _line(version), 0)
            self._version = version

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor, self._version = -1, -1


def read_acknowledged(folder: Path) -> int:
    """The version that was told last; -1: not known."""
    try:
        content = (folder / _FILE).read_bytes()
    except OSError:
        return -1
    number = content.partition(b" ")[0]
    return int(number) if number.isdigit() and _line(int(number)) == content else -1


def record_loss(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write down that acknowledged writes are missing, where they are.

    The version goes on behind them: no number means two states of the data.
    """
    told, rows = read_acknowledged(folder), connection.execute(_VERSION).fetchall()
    if not rows or told <= rows[0][0]:
        return
    there = int(rows[0][0])
    _log.warning("%s: %s", folder.name, lost_message(told - there))
    connection.begin()
    try:
        connection.execute("UPDATE meta SET version = ?, modified_at = ?", [told + 1, utc_now()])
        connection.execute(
            "INSERT INTO outbox VALUES (?, ?, ?, ?)",
            [told + 1, LOST, json.dumps({"count": told - there}), utc_now()],
        )
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def lost_writes(cursor: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Acknowledged writes that are missing, as far as that was found in the last days."""
    since = utc_now() - timedelta(days=_TOLD_DAYS)
    rows = cursor.execute(
        "SELECT payload FROM outbox WHERE kind = ? AND created_at > ?", [LOST, since]
    ).fetchall()
    now = max(0, read_acknowledged(folder) - int(cursor.execute(_VERSION).fetchall()[0][0]))
    return now + sum(int(json.loads(payload)["count"]) for (payload,) in rows)


def lost_message(count: int) -> str:
    """What to say of missing writes."""
    writes = "write is" if count == 1 else f"{count} writes are"
    return f"The last {writes} missing: the file or its write-ahead log is older than it should be."


_VERSION = "SELECT version FROM meta"


def _line(version: int) -> bytes:
    """With a checksum: a number that was damaged must not look like lost writes."""
    number = str(version).encode()
    return b"%s %08x\n" % (number, zlib.crc32(number))
