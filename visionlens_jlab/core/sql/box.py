"""The user's own SQL: one SELECT, read only, in a process with limits of time and memory."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import msgspec
import pyarrow as pa

from visionlens_jlab.config import default_sql_memory
from visionlens_jlab.core.catalog.database import Reader, memory_limit_reached
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.sql.check import LONGEST_QUERY, refused
from visionlens_jlab.core.sql.messages import (
    FROM_PROCESS,
    Columns,
    NeedPage,
    NeedTables,
    Over,
    Page,
    Piece,
    Query,
    Tables,
)
from visionlens_jlab.core.sql.views import view_texts
from visionlens_jlab.core.system.confined_processes import (
    Confined,
    ConfinedEndedError,
    ConfinedPool,
)
from visionlens_jlab.errors import VisionLensError

MAX_BYTES = 1 << 29
"""Of a result; it lies in a file until it is read."""
AT_ONCE = 2
"""Queries that run at the same time; others wait for their turn."""
_GRACE_SECONDS = 5.0
"""After its time a query may end by itself; then its process is ended."""
_MEMORY_HINT = (
    "Let the query count and sum, name fewer columns or add a LIMIT; or raise "
    "VisionLens.sql_memory_mb ($VISIONLENS_SQL_MEMORY)."
)

PROCESSES = ConfinedPool(
    "visionlens_jlab.core.sql.process",
    count=AT_ONCE,
    megabytes=default_sql_memory(),
    what="queries",
)
"""Of this process: all its datasets share them."""


def run_select(reader: Reader, query: str, timeout: float) -> pa.Table:
    """The result of one SELECT. See `select_file`."""
    with select_file(reader, query, timeout) as file:
        return pa.ipc.open_stream(file).read_all()


def select_file(reader: Reader, query: str, timeout: float) -> IO[bytes]:
    """The result of one SELECT as an Arrow stream in a file without a name, at its beginning.

    Raises
    ------
    VisionLensError
        SQL_REFUSED for anything but one SELECT, for a result over `MAX_BYTES`, or with DuckDB's
        reason; SQL_TIMEOUT after `timeout` seconds; MEMORY_LIMIT; LIMIT_REACHED when all
        processes are at work for so long.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever reads it closes it
    try:
        with user_query(reader, query, timeout) as result:
            while piece := result.piece():
                if file.tell() + len(piece) > MAX_BYTES:
                    raise refused(
                        f"Its result is larger than {MAX_BYTES >> 20} MB.",
                        "Add a LIMIT, name fewer columns, or let the query count and sum.",
                    )
                file.write(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


@contextmanager
def user_query(
    reader: Reader, query: str, timeout: float, *, ids: bool = False
) -> Iterator[QueryResult]:
    """A query that is checked and runs while its result is read. See `select_file`."""
    if len(query) > LONGEST_QUERY:
        raise refused(f"It has more than {LONGEST_QUERY:,} characters.")
    with (
        PROCESSES.lease(timeout + _GRACE_SECONDS) as confined,
        _scratch(reader) as (folder, size),
    ):
        call = Query(query, timeout, str(folder), size, ids)
        with confined.ended_after(timeout + _GRACE_SECONDS):
            try:
                confined.send(msgspec.msgpack.encode(call))
                result = QueryResult(reader, confined)
                yield result
                while result.piece():  # a stream that was cut short looks whole
                    pass
            except ConfinedEndedError as error:
                if confined.is_late:
                    raise VisionLensError(
                        "SQL_TIMEOUT", f"The query took longer than {timeout:g} s."
                    ) from error
                raise memory_limit_reached("The query", _MEMORY_HINT) from error


class QueryResult(io.RawIOBase):
    """What a process sends of its result, a file that can be read once; answers its questions."""

    def __init__(self, reader: Reader, confined: Confined) -> None:
        super().__init__()
        self._reader, self._confined = reader, confined
        self._rest = b""
        self._lasts: dict[str, int] = {}
        self._column: str | None = None
        self.is_over = False

    def column(self) -> str:
        """The column that holds the ids, when these were asked for."""
        while self._column is None and not self.is_over:
            self._rest += self._next()
        return self._column or ""

    def piece(self) -> bytes:
        """The next bytes of the result; none: it is over."""
        rest, self._rest = self._rest, b""
        while not rest and not self.is_over:
            rest = self._next()
        return rest

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def readinto(self, buffer: object) -> int:
        """See `io.RawIOBase`."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        piece = self.piece()
        count = min(len(piece), len(view))
        view[:count] = piece[:count]
        self._rest = piece[count:]
        return count

    def _next(self) -> bytes:
        """Handle one message; the bytes of the result that it brings."""
        message = FROM_PROCESS.decode(self._confined.receive())
        if isinstance(message, Piece):
            return message.data
        if isinstance(message, Columns):
            self._column = message.name
        elif isinstance(message, NeedTables):
            self._confined.send(msgspec.msgpack.encode(_tables(self._reader, message.names)))
        elif isinstance(message, NeedPage):
            self._confined.send(msgspec.msgpack.encode(self._page(message)))
        elif isinstance(message, Over):
            self._end(message)
        return b""

    def _end(self, over: Over) -> None:
        self.is_over = True
        self._confined.is_free = not over.is_spent
        if over.code == "MEMORY_LIMIT":
            raise memory_limit_reached("The query", _MEMORY_HINT, over.details)
        if over.code is not None:
            raise VisionLensError(over.code, over.message, over.hint, over.details)

    def _page(self, wanted: NeedPage) -> Page:
        table = f"main.{quote(wanted.table)}"
        if table not in self._lasts:
            self._lasts[table] = self._reader.rows(f"SELECT max(rowid) FROM {table}")[0][0] or 0
        end = wanted.first + wanted.rows
        listed = ", ".join(map(quote, wanted.columns))
        rows = self._reader.arrow(
            f"SELECT {listed} FROM {table} WHERE rowid >= ? AND rowid < ?", [wanted.first, end]
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        return Page(sink.getvalue().to_pybytes(), is_last=end > self._lasts[table])


def _tables(reader: Reader, names: list[str] | None) -> Tables:
    """The tables and views among `names`, and the tables that these views read."""
    views = view_texts(reader)
    tables = [
        name for (name,) in reader.rows("SELECT table_name FROM duckdb_tables() ORDER BY table_oid")
    ]
    if names is not None:
        wanted = {name.lower() for name in names}
        views = {name: text for name, text in views.items() if name in wanted}
        wanted |= {word for text in views.values() for word in re.findall(r"\w+", text)}
        tables = [name for name in tables if name.lower() in wanted]
    schemas = {
        name: reader.arrow(f"SELECT * FROM main.{quote(name)} LIMIT 0").schema for name in tables
    }
    return Tables(
        {name: schema.serialize().to_pybytes() for name, schema in schemas.items()}, views
    )


@contextmanager
def _scratch(reader: Reader) -> Iterator[tuple[Path, str]]:
    """A folder for what a query does not hold in memory, and how much may go there."""
    place, size = reader.rows(
        "SELECT current_setting('temp_directory'), current_setting('max_temp_directory_size')"
    )[0]
    parent = Path(place)
    parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sql-", dir=parent, ignore_cleanup_errors=True) as it:
        yield Path(it), str(size)
