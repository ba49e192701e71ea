"""Images in columns of Parquet files, row by row; of a file no more than a few are in memory."""

from __future__ import annotations

import json
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

BATCH_ROWS = 16
"""Rows that are decoded at once: images are large."""
_READ_BYTES = 1 << 20
_CURSORS = 4
"""Files and columns of which the place is kept where reading stopped."""


def open_parquet(file: BinaryIO) -> parquet.ParquetFile:
    """A file whose columns are read in small parts. ValueError, OSError."""
    from pyarrow import parquet

    return parquet.ParquetFile(file, buffer_size=_READ_BYTES, pre_buffer=False)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether values are bytes of any length."""
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def bytes_column(schema: pa.Schema, name: str) -> str | None:
    """What Parquet calls the bytes of a column of images; None: it holds none."""
    import pyarrow as pa

    index = schema.get_field_index(name)
    if index < 0:
        return None
    kind = schema.field(index).type
    if is_bytes(kind):
        return name
    if not pa.types.is_struct(kind):
        return None
    inner = kind.get_field_index("bytes")
    return f"{name}.bytes" if inner >= 0 and is_bytes(kind.field(inner).type) else None


def stated_features(schema: pa.Schema) -> dict[str, Any]:
    """The features that the library `datasets` wrote down; empty: none."""
    stated = (schema.metadata or {}).get(b"huggingface")
    try:
        found = json.loads(stated)["info"]["features"] if stated else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class Rows:
    """The images of one column, mostly asked for in their order."""

    def __init__(self, file: BinaryIO, column: str) -> None:
        self._table = open_parquet(file)
        name = bytes_column(self._table.schema_arrow, column)
        if name is None:
            raise KeyError(column)
        self._column, self._name = column, name
        meta = self._table.metadata
        rows = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
        self._ends = list(accumulate(rows))
        self._group, self._first, self._values = -1, 0, []  # type: tuple[int, int, list[Any]]
        self._batches: Iterator[Any] = iter(())

    def read(self, row: int) -> bytes | None:
        """The bytes of a row; None: it has none. IndexError: there is no such row."""
        group = bisect_right(self._ends, row)
        if group == len(self._ends):
            raise IndexError(row)
        at = row - (self._ends[group - 1] if group else 0)
        if group != self._group or at < self._first:
            self._group, self._first, self._values = group, 0, []
            self._batches = self._table.iter_batches(
                BATCH_ROWS, row_groups=[group], columns=[self._name], use_threads=False
            )
        while at >= self._first + len(self._values):
            self._first += len(self._values)
            batch = next(self._batches, None)
            if batch is None:
                raise IndexError(row)
            column = batch.column(0)
            self._values = list(column.field("bytes") if self._name != self._column else column)
        found: bytes | None = self._values[at - self._first].as_py()
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._table.close(force=True)


class Cursors:
    """Places in files, so that the next row is found without reading those before again."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, str], Rows] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, identity: object, file: BinaryIO, column: str, row: int) -> bytes | None:
        """As `Rows.read`; `file` is taken over. Also KeyError: there is no such column."""
        with self._lock:
            rows = self._known.pop((identity, column), None)
            if rows is None:
                rows = Rows(file, column)
            else:
                file.close()
            try:
                found = rows.read(row)
            except BaseException:
                rows.close()
                raise
            self._known[identity, column] = rows
            while len(self._known) > _CURSORS:
                self._known.popitem(last=False)[1].close()
            return found
