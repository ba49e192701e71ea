"""Examining a dataset's folder without changing it, and repairing what can be repaired."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from visionlens_jlab.config import allowed_roots
from visionlens_jlab.core.catalog.database import FILE_NAME, Database, Reader
from visionlens_jlab.core.catalog.migrations import migrate
from visionlens_jlab.core.catalog.state import FILE_NAME as STATE
from visionlens_jlab.core.catalog.state import State, damage_of
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.damage.mending import find_damages
from visionlens_jlab.core.damage.stored_files import Inspection, stored_files
from visionlens_jlab.core.datasets.roots import RootTrust, root_locations
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.core.system.private_files import set_aside
from visionlens_jlab.errors import VisionLensError

_ROWS = 122_880
"""Of a row group: what is damaged together."""
_FEWEST = 2048
_OWN = "schema_version"


def salvage(damaged: Path, folder: Path) -> dict[str, int]:
    """Put a new file in the place of a damaged one, which stays beside it; rows lost by table.

    Parameters
    ----------
    damaged : Path
        The DuckDB file, without a log.
    folder : Path
        The dataset's.

    Raises
    ------
    VisionLensError
        DATASET_DAMAGED when there is nothing to save: the file stays as it is.
    """
    new = folder / f".salvaged-{FILE_NAME}"
    new.unlink(missing_ok=True)
    try:
        with (
            closing(duckdb.connect(str(damaged), read_only=True)) as source,
            closing(duckdb.connect(str(new))) as target,
        ):
            lost = _Copying(source, target).run()
    except duckdb.Error as error:
        new.unlink(missing_ok=True)
        raise VisionLensError(
            "DATASET_DAMAGED",
            "Nothing can be read of the dataset's file.",
            "Restore the folder from a copy, or delete the dataset and ingest its images again.",
            {"cause": str(error)},
        ) from error
    for name in (FILE_NAME, f"{FILE_NAME}.wal"):
        if (folder / name).exists():
            set_aside(folder / name)
    new.rename(folder / FILE_NAME)
    return lost


class _Copying:
    def __init__(
        self, source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection
    ) -> None:
        self._source = source
        self._target = target

    def run(self) -> dict[str, int]:
        migrate(self._target)
        there = {row[0] for row in self._target.execute(_TABLES).fetchall()}
        lost = {}
        for table in sorted(there - {_OWN}):
            missing = self._copy(table)
            if missing:
                lost[table] = missing
        if not self._target.execute("SELECT count(*) FROM meta").fetchall()[0][0]:
            raise duckdb.IOException("the table meta is lost")
        self._target.execute("UPDATE meta SET state = 'incomplete'")
        return lost

    def _copy(self, table: str) -> int:
        """Rows of a table that are lost."""
        name = quote(table)
        try:
            columns = self._source.execute(f"DESCRIBE {name}").fetchall()
            count = self._source.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
        except duckdb.Error:  # of an older version, which did not have it; or lost as a whole
            return 0
        own = {row[0] for row in self._target.execute(f"DESCRIBE {name}").fetchall()}
        for column, type_, *_ in columns:
            if column not in own:  # the user's fields
                self._target.execute(f"ALTER TABLE {name} ADD COLUMN {quote(column)} {type_}")
        starts = range(0, count, _ROWS)
        return sum(self._copy_rows(name, start, min(start + _ROWS, count)) for start in starts)

    def _copy_rows(self, name: str, start: int, end: int) -> int:
        try:
            rows: pa.Table = self._source.sql(
                f"SELECT * FROM {name} WHERE rowid >= {start} AND rowid < {end}"
            ).to_arrow_table()
        except (duckdb.Error, OSError, pa.ArrowException):
            if end - start <= _FEWEST:
                return end - start
            middle = (start + end) // 2
            return self._copy_rows(name, start, middle) + self._copy_rows(name, middle, end)
        self._target.register("salvaged", rows)
        try:
            self._target.execute(f"INSERT INTO {name} BY NAME SELECT * FROM salvaged")
        except duckdb.Error:  # a row that breaks a rule of the table
            return int(rows.num_rows)
        finally:
            self._target.unregister("salvaged")
        return end - start - int(rows.num_rows)


_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal"


LOG_NAME = f"{FILE_NAME}.wal"
_POSITION = re.compile(r"entry at byte position (\d+)")
_MOST_CUTS = 8


@dataclass(frozen=True)
class Examined:
    """A dataset that could be opened: its samples and what is damaged beside its file."""

    samples: int
    damages: list[Damage] = field(default_factory=list)


def examine(folder: Path) -> Examined:
    """Read everything of a dataset and compare checksums; changes nothing.

    Raises
    ------
    VisionLensError
        What opening it raises; DATASET_DAMAGED says what of its file is lost and how to mend it.
    """
    database = Database(folder, read_only=True)
    try:
        with database.read() as reader:
            count = int(reader.rows("SELECT count(*) FROM sample")[0][0])
            for (table,) in reader.rows(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
            ):
                _read_all(reader.cursor, table)
            readable = _readable(reader, folder)
            look = Inspection(reader, folder, thorough=True)
            return Examined(count, find_damages(look, readable))
    except VisionLensError as error:
        if error.code != "DATASET_DAMAGED":
            raise
        raise _diagnosed(folder, error) from error
    finally:
        database.release(wait=0)


def repair(folder: Path) -> list[str]:
    """Mend what can be mended of a dataset that nobody has open; what was done, in sentences.

    Whatever is replaced stays beside it, under another name. DATASET_BUSY; DATASET_DAMAGED when
    nothing can be saved.
    """
    done = []
    try:
        examine(folder)
    except VisionLensError as error:
        if error.code != "DATASET_DAMAGED":
            raise
        done.append(_repair_file(folder))
    database = Database(folder)
    try:
        store = DatasetStore(database, allowed=allowed_roots(), state=_state_of(folder))
        done += (sentence for kind in stored_files() for sentence in kind.mend(store))
    finally:
        database.release(wait=0)
    return done


def _readable(reader: Reader, folder: Path) -> Confinement:
    """Where the roots of a dataset may lead."""
    uuid, state = reader.rows("SELECT uuid FROM meta")[0][0], _state_of(folder)
    readable = RootTrust(folder, uuid, allowed_roots(), state).readable()
    if state is not None and state.was_known_before(folder.name, uuid):
        return readable.and_in(map(os.path.realpath, root_locations(reader).values()))
    return readable


def _state_of(folder: Path) -> State | None:
    path = folder.parent.parent / STATE
    return State(path) if path.is_file() and damage_of(path) is None else None


def _repair_file(folder: Path) -> str:
    if not (folder / FILE_NAME).is_file():
        raise VisionLensError(
            "DATASET_DAMAGED",
            f"The database of {folder.name} is gone: nothing is left to read.",
            "Restore the folder from a copy, or delete the dataset and ingest it again.",
        )
    if _opens_without_log(folder):
        return _repair_log(folder)
    with _alone(folder) as alone:
        lost = salvage(alone, folder)
    listed = ", ".join(f"{count:,} rows of {table}" for table, count in lost.items())
    return f"What could be read was copied into a new file; lost: {listed or 'nothing'}."


def _repair_log(folder: Path) -> str:
    """Cut the log before what cannot be read of it; the whole of it stays beside."""
    log = folder / LOG_NAME
    kept = set_aside(log)
    if kept.is_file():
        end = kept.stat().st_size
        for _ in range(_MOST_CUTS):
            shutil.copyfile(kept, log)
            os.truncate(log, end)
            cause = _cause(folder)
            if cause is None:
                break
            log.unlink()
            found = _POSITION.search(cause)
            if found is None or int(found[1]) >= end:
                break
            end = int(found[1])
    return f"The write-ahead log was cut before what is damaged of it; it is kept as {kept.name}."


def _diagnosed(folder: Path, error: VisionLensError) -> VisionLensError:
    """The error with what is lost and how to mend it."""
    cause = str(error.details.get("cause", ""))
    file = folder / FILE_NAME
    if not file.is_file() or not file.stat().st_size:
        message = f"{FILE_NAME}, which holds everything but images and vectors, is lost."
        hint = _START_ANEW.format(folder.name)
    elif _opens_without_log(folder):
        message = f"The write-ahead log ({LOG_NAME}) is damaged: the last writes cannot be read."
        hint = "visionlens doctor --repair keeps those before the damage."
    elif _opens(folder):
        message = f"A part of {FILE_NAME} is damaged."
        hint = (
            "Restore the folder from a copy; or visionlens doctor --repair copies what can be read "
            "into a new file."
        )
    else:
        message = f"{FILE_NAME} is damaged: it cannot be opened."
        hint = _START_ANEW.format(folder.name)
    return VisionLensError("DATASET_DAMAGED", message, hint, {"cause": cause})


_START_ANEW = (
    "Restore the folder from a copy; or visionlens delete '{}' and ingest its images again."
)


def _read_all(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Have every block of a table read and compared with its checksum."""
    columns = [row[0] for row in cursor.execute(f'DESCRIBE "{table}"').fetchall()]
    sums = ", ".join(f'bit_xor(hash("{name.replace(chr(34), chr(34) * 2)}"))' for name in columns)
    cursor.execute(f'SELECT {sums} FROM "{table}"').fetchall()


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """The file by another name, without its log."""
    with tempfile.TemporaryDirectory(prefix=".examined-", dir=folder.parent) as other:
        path = Path(other) / FILE_NAME
        try:
            path.hardlink_to((folder / FILE_NAME).resolve())
        except OSError:  # a file system without links
            shutil.copyfile(folder / FILE_NAME, path)
        yield path


def _opens_without_log(folder: Path) -> bool:
    """Whether only the log is at fault: the file alone can be read to its end."""
    if not os.path.lexists(folder / LOG_NAME):
        return False
    try:
        with _alone(folder) as alone, _connected(alone) as connection:
            for (table,) in connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
            ).fetchall():
                _read_all(connection, table)
    except (duckdb.Error, OSError):
        return False
    return True


def _opens(folder: Path) -> bool:
    with suppress(duckdb.Error, OSError), _alone(folder) as alone, _connected(alone) as connection:
        return bool(connection.execute("SELECT count(*) FROM meta").fetchall()[0][0])
    return False


def _cause(folder: Path) -> str | None:
    """Why the file with its log cannot be opened; None: it can."""
    try:
        with _connected(folder / FILE_NAME):
            return None
    except duckdb.Error as error:
        return str(error)


@contextmanager
def _connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    connection = duckdb.connect(str(path), read_only=True, config=config)
    try:
        yield connection
    finally:
        connection.close()
