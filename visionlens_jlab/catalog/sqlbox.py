"""The user's own SQL: one SELECT, read only, with a time limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.errors import VisionLensError


def run_select(reader: Reader, query: str, timeout: float) -> pa.Table:
    """The result of one SELECT.

    Raises
    ------
    VisionLensError
        SQL_REFUSED for anything but one SELECT, or with DuckDB's reason; SQL_TIMEOUT after
        `timeout` seconds.
    """
    _check(query)
    try:
        with _interrupted_after(reader.cursor, timeout):
            return reader.arrow(query)
    except duckdb.InterruptException as error:
        raise VisionLensError(
            "SQL_TIMEOUT", f"The query took longer than {timeout:g} s."
        ) from error
    except duckdb.Error as error:
        raise _refused(str(error)) from error


def _check(query: str) -> None:
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise _refused(str(error)) from error
    if len(statements) != 1:
        raise _refused(f"There are {len(statements)} statements.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise _refused(f"It is a {statements[0].type.name} statement.")


def _refused(reason: str) -> VisionLensError:
    return VisionLensError(
        "SQL_REFUSED", f"The query was refused. {reason.splitlines()[0]}", details={"cause": reason}
    )


@contextmanager
def _interrupted_after(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt the cursor's query when it takes too long; never a later one."""
    lock = threading.Lock()
    over = False

    def interrupt() -> None:
        with lock:
            if not over:
                cursor.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()
