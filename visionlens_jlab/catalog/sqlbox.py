"""The user's own SQL: one SELECT, read only, with limits of time and size."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.sqlcheck import checked_select, refused
from visionlens_jlab.errors import VisionLensError

MAX_BYTES = 1 << 29
"""Of a result that is kept; DuckDB's own limit does not see what has left it."""
_BATCH_ROWS = 16_384


def run_select(reader: Reader, query: str, timeout: float) -> pa.Table:
    """The result of one SELECT.

    Raises
    ------
    VisionLensError
        SQL_REFUSED for anything but one SELECT, for a result over `MAX_BYTES`, or with DuckDB's
        reason; SQL_TIMEOUT after `timeout` seconds.
    """
    with user_query(reader, query, timeout) as relation:
        batches, size = [], 0
        results = relation.to_arrow_reader(_BATCH_ROWS)
        for batch in results:
            size += batch.nbytes
            if size > MAX_BYTES:
                raise refused(
                    f"Its result is larger than {MAX_BYTES >> 20} MB.",
                    "Add a LIMIT, name fewer columns, or let the query count and sum.",
                )
            batches.append(batch)
        return pa.Table.from_batches(batches, results.schema)


@contextmanager
def user_query(reader: Reader, query: str, timeout: float) -> Iterator[duckdb.DuckDBPyRelation]:
    """A checked query, not yet run; what runs in the block is stopped after `timeout` seconds.

    SQL_REFUSED, SQL_TIMEOUT.
    """
    select = checked_select(reader, query)
    with _interrupted_after(reader.cursor, timeout) as is_over:
        try:
            yield reader.cursor.sql(select)
        # Arrow gives DuckDB's errors as OSError, where batches are being read.
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            if is_over():
                raise VisionLensError(
                    "SQL_TIMEOUT", f"The query took longer than {timeout:g} s."
                ) from error
            raise refused(str(error)) from error


@contextmanager
def _interrupted_after(
    cursor: duckdb.DuckDBPyConnection, seconds: float
) -> Iterator[Callable[[], bool]]:
    """Interrupt the cursor's query when it takes too long; never a later one.

    Gives a function that says whether it was.
    """
    lock = threading.Lock()
    over = interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        with lock:
            if not over:
                interrupted = True
                cursor.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: interrupted
    finally:
        with lock:
            over = True
        timer.cancel()
