"""Arrow tables inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa


@contextmanager
def staged(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> Iterator[str]:
    """An Arrow table as something SQL reads by the name that is given; gone afterwards."""
    name = "staged"
    cursor.register(name, table)
    try:
        yield name
    finally:
        cursor.unregister(name)


def column(table: pa.Table, name: str, type_: pa.DataType) -> pa.ChunkedArray:
    """A column cast to `type_`; missing throughout where the table has none."""
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, type_)])
    found = table.column(name)
    plain = found.type.value_type if pa.types.is_dictionary(found.type) else found.type
    if plain == type_:
        return found
    return found.cast(type_)


def new_ids(first: int, count: int) -> pa.Array:
    """The uint32 ids from `first` on."""
    ids = np.arange(first, first + count, dtype=np.uint32)
    return pa.Array.from_buffers(pa.uint32(), count, [None, pa.py_buffer(ids)])


def naive_utc(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as stored: UTC without a zone, microseconds."""
    if values.type == pa.timestamp("us", "UTC"):
        naive = pa.timestamp("us")
        return pa.chunked_array([part.view(naive) for part in values.chunks], naive)
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("us"), safe=False)
    return values.cast(pa.timestamp("us"))
