"""The main program of a process that runs the user's SQL, within the memory it was given.

The dataset's file belongs to the process that holds it, so a query runs over an empty database
whose tables are read from there, page by page, and of these only the columns that are needed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeVar, cast

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.dataset as ds

from visionlens_jlab.core.catalog.database import memory_error
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.sql.check import Checked, checked_select, refused
from visionlens_jlab.core.sql.messages import (
    TO_PROCESS,
    Columns,
    NeedPage,
    NeedTables,
    Over,
    Page,
    Piece,
    Query,
    Tables,
)
from visionlens_jlab.core.system.confined_processes import Bound
from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.core.views.restriction import id_column
from visionlens_jlab.errors import VisionLensError

T = TypeVar("T")
DATABASE_SHARE = 0.4
"""Of the process's memory, what DuckDB may plan with: what leaves its operators is not counted."""
THREADS = 2
PIECE_BYTES = 1 << 20
BATCH_ROWS = 4_096
"""Rows of a result that are made at once: few, for each may hold long lists or texts."""
_FIRST_ROWS = 1_024
_MOST_ROWS = 122_880
_PAGE_BYTES = 4 << 20


class Exchange:
    """This side of the pipes: one question at a time, from any of DuckDB's threads."""

    def __init__(self, calls: BinaryIO, replies: BinaryIO) -> None:
        self._calls, self._replies = calls, replies
        self._lock = threading.Lock()

    def query(self) -> Query | None:
        """The next query; None: there is none any more."""
        data = read_frame(self._calls)
        return None if data is None else cast(Query, TO_PROCESS.decode(data))

    def ask(self, question: NeedTables | NeedPage, kind: type[T]) -> T:
        """Ask the process that holds the dataset."""
        with self._lock:
            self._write(question)
            data = read_frame(self._calls)
        if data is None:
            raise SystemExit
        answer = TO_PROCESS.decode(data)
        if not isinstance(answer, kind):
            raise SystemExit
        return answer

    def tell(self, message: Columns | Piece | Over) -> None:
        """Send what needs no answer."""
        with self._lock:
            self._write(message)

    def _write(self, message: msgspec.Struct) -> None:
        write_frame(self._replies, msgspec.msgpack.encode(message))


class RemoteTable(ds.InMemoryDataset):  # type: ignore[misc]
    """A table of the dataset; DuckDB says which columns and rows it needs."""

    def __init__(self, name: str, schema: pa.Schema, exchange: Exchange) -> None:
        super().__init__(schema.empty_table())
        self._name, self._columns, self._exchange = name, schema, exchange

    def scanner(
        self,
        columns: list[str] | None = None,
        filter: ds.Expression | None = None,
        **_options: Any,
    ) -> ds.Scanner:
        """See `pyarrow.dataset.Dataset.scanner`."""
        names = self._columns.names
        wanted = names if columns is None else columns
        # An expression does not list its fields: a name that only looks like one costs little.
        text = "" if filter is None else str(filter)
        read = [name for name in names if name in wanted or (text and name in text)]
        schema = pa.schema([self._columns.field(name) for name in read])
        return ds.Scanner.from_batches(
            self._batches(read, schema),
            schema=schema,
            columns=wanted,
            filter=filter,
            use_threads=False,
        )

    def _batches(self, columns: list[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        first, rows, is_last = 0, _FIRST_ROWS, False
        while not is_last:
            page = self._exchange.ask(NeedPage(self._name, columns, first, rows), Page)
            table = pa.ipc.open_stream(page.data).read_all()
            yield from table.cast(schema).to_batches()
            first, is_last = first + rows, page.is_last
            if len(page.data) < _PAGE_BYTES:
                rows = min(rows * 2, _MOST_ROWS)
            elif rows > _FIRST_ROWS:
                rows //= 2


class PieceSink:
    """A file whose content is sent in pieces."""

    closed = False

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def write(self, data: Any) -> int:
        """Send the bytes."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PIECE_BYTES):
            self._exchange.tell(Piece(bytes(view[start : start + PIECE_BYTES])))
        return len(view)

    def flush(self) -> None:
        """Everything is sent already."""

    def close(self) -> None:
        """There is nothing to close."""


def run(query: Query, exchange: Exchange, megabytes: int) -> None:
    """Check a query, run it, send its result. VisionLensError."""
    connection = _empty_database(query, megabytes)
    try:
        with _limited(connection, query.seconds):
            checked = checked_select(connection, query.sql)
            _add_tables(connection, checked, exchange)
            connection.execute("SET lock_configuration = true")
            relation = connection.sql(checked.select)
            if query.ids:
                name, number = id_column(relation)
                exchange.tell(Columns(name))
                relation = relation.project(f"{quote(name)}::{number} AS id")
            _send(relation.to_arrow_reader(BATCH_ROWS), exchange)
    finally:
        connection.close()


def _empty_database(query: Query, megabytes: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "memory_limit": f"{int(megabytes * DATABASE_SHARE)}MiB",
            "threads": str(THREADS),
            "async_threads": "0",
            "temp_directory": query.scratch,
            "max_temp_directory_size": query.scratch_size,
            "python_enable_replacements": "false",
        },
    )
    # As the dataset's own file is called.
    connection.execute("ATTACH ':memory:' AS dataset")
    connection.execute("USE dataset")
    return connection


def _add_tables(
    connection: duckdb.DuckDBPyConnection, checked: Checked, exchange: Exchange
) -> None:
    tables = exchange.ask(NeedTables(None if checked.lists_tables else checked.tables), Tables)
    for name, data in tables.schemas.items():
        schema = pa.ipc.read_schema(pa.py_buffer(data))
        connection.register(f"_{name}", RemoteTable(name, schema, exchange))
        connection.execute(f"CREATE VIEW {quote(name)} AS SELECT * FROM {quote(f'_{name}')}")
    for name, sql in tables.views.items():
        connection.execute(f"CREATE VIEW {quote(name)} AS {sql}")


def _send(batches: pa.RecordBatchReader, exchange: Exchange) -> None:
    with pa.ipc.new_stream(pa.PythonFile(PieceSink(exchange), "w"), batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


@contextmanager
def _limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt the query when it takes too long, and say why it failed."""
    over = threading.Event()

    def interrupt() -> None:
        over.set()
        connection.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    # Arrow gives DuckDB's errors as OSError, where batches are being read.
    except (duckdb.Error, OSError, pa.ArrowException, MemoryError) as error:
        if over.is_set():
            raise VisionLensError(
                "SQL_TIMEOUT", f"The query took longer than {seconds:g} s."
            ) from error
        raise memory_error(error) or refused(str(error)) from error
    finally:
        timer.cancel()


def main(megabytes: int) -> None:
    """Serve on the standard streams."""
    _load()
    bound = Bound(megabytes)

    def serve(calls: BinaryIO, replies: BinaryIO) -> None:
        exchange = Exchange(calls, replies)
        while (query := exchange.query()) is not None:
            over = _over(lambda: run(query, exchange, megabytes))
            over.is_spent = over.code == "MEMORY_LIMIT" or bound.is_spent
            exchange.tell(over)
            if over.is_spent:
                return

    serve_streams(serve, nice=True)


def _load() -> None:
    """Have what every query needs, threads too, before memory counts."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    numbers = pa.table({"i": range(10)})
    with duckdb.connect(":memory:", config={"threads": THREADS, "async_threads": 0}) as connection:
        connection.register("numbers", ds.InMemoryDataset(numbers))
        connection.sql("SELECT list(i) FROM numbers WHERE i > 2").to_arrow_table()


def _over(work: Callable[[], None]) -> Over:
    try:
        work()
    except VisionLensError as error:
        return Over(error.code, error.message, error.hint, error.details)
    return Over()


if __name__ == "__main__":
    main(int(sys.argv[1]))
