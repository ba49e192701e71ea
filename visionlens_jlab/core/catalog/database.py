"""One DuckDB file: a cursor for each read, one writer, and a clean release."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.config import default_memory_limit
from visionlens_jlab.core.catalog.acknowledged import Acknowledged, Count, read_count, record_loss
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.faults import damaged, is_locked, of_database
from visionlens_jlab.core.catalog.migrations import (
    check_not_too_new,
    migrate,
    new_measures,
    newest,
    schema_version,
)
from visionlens_jlab.core.datasets import owner
from visionlens_jlab.core.system.arrow_columns import values_of
from visionlens_jlab.errors import VisionLensError, system_errors

T = TypeVar("T")
FILE_NAME = "dataset.duckdb"

_OUT_OF_MEMORY = ("out of memory", "failed to pin block", "failed to allocate", "bad_alloc")

_write_locks: weakref.WeakValueDictionary[str, threading.RLock] = weakref.WeakValueDictionary()
_write_locks_guard = threading.Lock()


class Reader:
    """One consistent snapshot of the dataset, for one thread."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor
        self._version: int | None = None

    @property
    def version(self) -> int:
        """The dataset's version in this snapshot."""
        if self._version is None:
            self._version = int(self.rows("SELECT version FROM meta")[0][0])
        return self._version

    def know_version(self, version: int) -> None:
        """Take the version from a statement that read it anyway."""
        self._version = version

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows as Python tuples."""
        return self.cursor.execute(sql, list(parameters)).fetchall()

    def arrow(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """All rows as an Arrow table."""
        return self.cursor.sql(sql, params=list(parameters)).to_arrow_table()

    def ids(self, sql: str, parameters: Sequence[Any] = ()) -> np.ndarray[Any, Any]:
        """The first column, uint32 (rows,)."""
        # Not `fetchnumpy`, which loads numpy.ma and makes masked arrays.
        return np.ascontiguousarray(values_of(self.arrow(sql, parameters).column(0)), np.uint32)

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable as `name` on this snapshot only."""
        self.cursor.register(name, table)

    def register_ids(self, name: str, ids: np.ndarray[Any, Any]) -> None:
        """Make ids readable as `name(position, id)`."""
        position = np.arange(len(ids), dtype=np.int64)
        self.register(name, pa.table({"position": position, "id": ids.astype(np.uint32)}))


class Database:
    """The open file of one dataset; opens at first use and again after a release.

    Parameters
    ----------
    folder : Path
        The dataset's folder.
    address : str, optional
        Where this server answers; others see it when the dataset is busy.
    read_only : bool
        Open for reading only, next to other readers.
    create : bool
        Make the file at the first opening; otherwise a missing one is DATASET_DAMAGED.
    memory_mb : int, optional
        MiB that DuckDB may take; by default `config.default_memory_limit`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        address: str | None = None,
        read_only: bool = False,
        create: bool = False,
        memory_mb: int | None = None,
    ) -> None:
        self.folder = folder
        self.read_only = read_only
        self.last_used = time.monotonic()
        self.on_open: Callable[[], None] | None = None
        """Called whenever the file was opened (again); must not wait."""
        self._create = create
        self._memory_mb = memory_mb or default_memory_limit()
        self._address = address
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._acknowledged = Acknowledged(folder)
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._active = 0
        self._state = threading.Condition()
        with _write_locks_guard:
            key = str(folder.resolve())
            self._write_lock = _write_locks.setdefault(key, threading.RLock())

    @property
    def is_open(self) -> bool:
        """Whether this process holds the file now."""
        return self._connection is not None

    def touch(self) -> None:
        """Count as used now."""
        self.last_used = time.monotonic()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A snapshot for one thread.

        DATASET_BUSY, DATASET_DAMAGED, DATASET_TOO_NEW; MEMORY_LIMIT for what is read in it.
        """
        with self._lease() as connection:
            cursor = connection.cursor()
            try:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                yield Reader(cursor)
            except (duckdb.Error, pa.ArrowException, MemoryError) as error:
                if known := self._met(error):
                    raise known from error
                raise
            finally:
                cursor.close()

    def transaction(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run `work` in a transaction of the one writer; rolled back when it raises.

        Raises
        ------
        VisionLensError
            DATASET_READ_ONLY; DISK_SPACE when the commit finds no room; MEMORY_LIMIT.
        """
        if self.read_only:
            raise VisionLensError(
                "DATASET_READ_ONLY", f"The dataset {self.folder.name!r} is open for reading only."
            )
        with self._lease() as connection, self._write_lock:
            cursor = connection.cursor()
            cursor.begin()
            try:
                result = work(cursor)
                cursor.commit()
            except BaseException as error:
                _roll_back(cursor)
                if isinstance(error, duckdb.Error | MemoryError) and (known := self._met(error)):
                    raise known from error
                raise
            finally:
                cursor.close()
            return result

    def commit(
        self,
        work: Callable[[duckdb.DuckDBPyConnection], T],
        *,
        kind: str,
        payload: dict[str, Any],
        by_hand: bool = False,
    ) -> tuple[T, int]:
        """Run `work` and record it: version + 1, an outbox row, an audit row when made by hand.

        `work` may fill `payload`, which is written after it has run. Gives its result and the
        new version.
        """

        def recorded(cursor: duckdb.DuckDBPyConnection) -> tuple[T, Count]:
            result = work(cursor)
            now = utc_now()
            cursor.execute("UPDATE meta SET version = version + 1, modified_at = ?", [now])
            body = json.dumps(payload)
            for table in ("outbox", "audit") if by_hand else ("outbox",):
                cursor.execute(
                    f"INSERT INTO {table} SELECT version, ?, ?, ? FROM meta",
                    [kind, body, now],
                )
            return result, read_count(cursor)

        result, count = self.transaction(recorded)
        self._acknowledged.note(count)
        return result, count.version

    def keep(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run `work`, which is no change of the data, and count it."""

        def counted(cursor: duckdb.DuckDBPyConnection) -> tuple[T, Count]:
            result = work(cursor)
            cursor.execute("UPDATE meta SET kept = kept + 1")
            return result, read_count(cursor)

        result, count = self.transaction(counted)
        self._acknowledged.note(count)
        return result

    def release(self, *, wait: float = 30) -> bool:
        """Close the file once nobody uses it; False when still in use after `wait` seconds."""
        with self._state:
            if not self._state.wait_for(lambda: self._active == 0, timeout=wait):
                return False
            if self._connection is not None:
                with suppress(duckdb.Error):  # what it cannot write into the file stays in its log
                    self._connection.close()
                self._connection = None
                self._acknowledged.close()
                if not self.read_only:
                    owner.remove_owner(self.folder)
            if self._scratch is not None:
                self._scratch.cleanup()
                self._scratch = None
            return True

    def _met(self, error: Exception) -> VisionLensError | None:
        """What disk or system are at fault for; after a fatal error the file opens anew."""
        if isinstance(error, duckdb.FatalException):
            self._drop()
        return memory_error(error) or of_database(error, self.folder)

    def _drop(self) -> None:
        """Close what DuckDB declared invalid; the next call opens the file again."""
        with self._state:
            if self._connection is not None:
                with suppress(duckdb.Error):
                    self._connection.close()
                self._connection = None

    @contextmanager
    def _lease(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._state:
            if self._connection is None:
                self._connection = self._open()
                # Not before it counts as open: whoever is told looks at once, from another thread.
                if self.on_open is not None:
                    self.on_open()
            self._active += 1
            connection = self._connection
        try:
            yield connection
        finally:
            with self._state:
                self._active -= 1
                self.last_used = time.monotonic()
                self._state.notify_all()

    def _open(self) -> duckdb.DuckDBPyConnection:
        file = self.folder / FILE_NAME
        if not self._create and not file.is_file():
            cause = "no file" if file.exists() else "missing"
            raise damaged(self.folder, f"{FILE_NAME} is {cause}")
        # Spilled data goes beside the dataset, or where its folder may not be written to.
        scratch = self.folder / "tmp"
        if self.read_only:
            self._scratch = tempfile.TemporaryDirectory(prefix="visionlens-")
            scratch = Path(self._scratch.name)
        connection = _connect(self.folder, self.read_only, scratch, self._memory_mb)
        try:
            self._prepare(connection)
        except BaseException as error:
            connection.close()
            if isinstance(error, duckdb.Error):
                raise self._met(error) or damaged(self.folder, str(error)) from error
            raise
        self._create = False
        return connection

    def _prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        if not self.read_only:
            migrate(connection)
            record_loss(connection, self.folder)
            with system_errors():
                (self.folder / FILE_NAME).chmod(0o600)
            with suppress(OSError):  # a full disk: nobody learns who holds it, but it opens
                owner.write_owner(self.folder, self._address)
            return
        present = schema_version(connection)
        check_not_too_new(present)
        if present < newest() or new_measures(connection):
            raise VisionLensError(
                "DATASET_READ_ONLY",
                "The dataset was written by an older version and must be upgraded.",
                "Open it once without read_only.",
            )


def _connect(
    folder: Path, read_only: bool, scratch: Path, memory_mb: int
) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "memory_limit": f"{memory_mb}MiB",
        # Each checkpoint writes the last, half-filled group of rows again.
        "checkpoint_threshold": "32MB",
        "threads": str(min(4, os.cpu_count() or 1)),
        # Eight more threads of each open dataset otherwise, for disks that are far away.
        "async_threads": "0",
        "temp_directory": str(scratch),
        # One query must not fill the disk that the datasets are written to.
        "max_temp_directory_size": f"{_spill_mb(scratch)}MiB",
        "python_enable_replacements": "false",
        "lock_configuration": "true",
    }
    try:
        return duckdb.connect(str(folder / FILE_NAME), read_only=read_only, config=config)
    except duckdb.ConnectionException as error:
        raise owner.busy_error(folder, str(error)) from error
    except duckdb.Error as error:
        if is_locked(error):
            raise owner.busy_error(folder, str(error)) from error
        raise of_database(error, folder) or damaged(folder, str(error)) from error


def memory_error(error: BaseException) -> VisionLensError | None:
    """MEMORY_LIMIT where that is what DuckDB, or Arrow around it, says; None: something else."""
    text = str(error)
    if not isinstance(error, duckdb.OutOfMemoryException | MemoryError) and not any(
        words in text.lower() for words in _OUT_OF_MEMORY
    ):
        return None
    return memory_limit_reached("What was asked for", details={"cause": text})


def memory_limit_reached(
    what: str, hint: str | None = None, details: dict[str, Any] | None = None
) -> VisionLensError:
    """MEMORY_LIMIT for what needs too much."""
    return VisionLensError(
        "MEMORY_LIMIT", f"{what} needs more memory than there is for it.", hint, details
    )


@cache
def _spill_mb(scratch: Path) -> int:
    """Half of the room that was free at first, MiB: DuckDB takes a second connection of a process
    to a file only with the same settings."""
    try:
        return max(1, shutil.disk_usage(scratch.parent).free // 2**21)
    except OSError:
        return 1024


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    # A failed commit has rolled back already; the first error is the one to report.
    with suppress(duckdb.Error):
        cursor.rollback()
