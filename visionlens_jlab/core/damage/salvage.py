"""Copying what can be read of a damaged DuckDB file into a new one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.database import FILE_NAME
from visionlens_jlab.core.catalog.migrations import migrate
from visionlens_jlab.core.fields.field import quote
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
