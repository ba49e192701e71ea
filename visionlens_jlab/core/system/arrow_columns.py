"""Arrow arrays from numpy and lists and back, by their buffers.

`pa.array` and `to_numpy` import pandas where it is installed, to find out whether it was given
something of it: a fifth of a CPU second, more than reading the labels of 10,000 images takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
_NUMPY = {
    pa.uint32(): np.uint32,
    pa.uint64(): np.uint64,
    pa.int64(): np.int64,
    pa.int32(): np.int32,
    pa.int8(): np.int8,
    pa.float64(): np.float64,
    pa.float32(): np.float32,
    pa.bool_(): np.bool_,
}


def numbers(values: np.ndarray, kind: pa.DataType, valid: np.ndarray | None = None) -> pa.Array:
    """Numbers or booleans, (n,); `valid` bool (n,) is False where there is no value."""
    wanted: np.ndarray = np.ascontiguousarray(values, dtype=_NUMPY[kind])
    data = _bits(wanted) if kind == pa.bool_() else pa.py_buffer(wanted)
    return pa.Array.from_buffers(kind, len(wanted), [_validity(valid), data])


def finite(values: np.ndarray) -> pa.Array:
    """float64 with NaN as missing."""
    return numbers(values, pa.float64(), ~np.isnan(values))


def optional(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Numbers or booleans with None as missing. Raises OverflowError."""
    if None not in values:
        return numbers(np.array(values, dtype=_NUMPY[kind]), kind)
    filled = [0 if value is None else value for value in values]
    valid = np.array([value is not None for value in values], dtype=bool)
    return numbers(np.array(filled, dtype=_NUMPY[kind]), kind, valid)


def timestamps(values: Sequence[datetime | None]) -> pa.Array:
    """Moments in UTC, kept to the microsecond; None as missing."""
    naive = [None if moment is None else moment.replace(tzinfo=None) for moment in values]
    micros = np.array(naive, dtype="datetime64[us]")
    valid = ~np.isnat(micros)
    numbers_ = pa.py_buffer(np.ascontiguousarray(micros.view(np.int64)))
    return pa.Array.from_buffers(TIMESTAMP, len(micros), [_validity(valid), numbers_])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Strings, None as missing."""
    if None in values:
        return binaries([None if v is None else v.encode() for v in values], pa.string())
    data = "".join(values)  # type: ignore[arg-type]
    if not data.isascii():
        return binaries([v.encode() for v in values], pa.string())  # type: ignore[union-attr]
    buffers = [None, _offsets(values), pa.py_buffer(data.encode())]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def binaries(values: Sequence[bytes | None], kind: pa.DataType | None = None) -> pa.Array:
    """Bytes (or UTF-8 of strings), None as missing."""
    filled = [b"" if value is None else value for value in values]
    valid = None
    if None in values:
        valid = np.array([value is not None for value in values], dtype=bool)
    buffers = [_validity(valid), _offsets(filled), pa.py_buffer(b"".join(filled))]
    return pa.Array.from_buffers(kind or pa.binary(), len(values), buffers)


def words(values: Sequence[str | None]) -> pa.DictionaryArray:
    """Strings of which there are few different ones, None as missing."""
    codes = {word: code for code, word in enumerate(dict.fromkeys(values))}
    missing = codes.get(None)
    indices = np.fromiter(map(codes.__getitem__, values), np.int32, len(values))
    valid = None if missing is None else indices != missing
    listed = texts(["" if word is None else word for word in codes])
    return pa.DictionaryArray.from_arrays(numbers(indices, pa.int32(), valid), listed)


def repeated(word: str, count: int) -> pa.DictionaryArray:
    """One string, `count` times."""
    indices = numbers(np.zeros(count, dtype=np.int32), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, texts([word] if count else []))


def values_of(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Numbers or booleans, (n,), copied; whatever stands where there is no value."""
    parts = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([np.empty(0, _dtype(column.type)), *map(_values, parts)])


def present_in(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """bool (n,): where there is a value."""
    if column.null_count == 0:
        return np.ones(len(column), dtype=bool)
    return values_of(column.is_valid())


def _values(part: pa.Array) -> np.ndarray:
    kind, data = part.type, part.buffers()[1]
    if data is None:
        return np.zeros(len(part), _dtype(kind))
    if pa.types.is_boolean(kind):
        bits = np.frombuffer(data, np.uint8)
        flags = np.unpackbits(bits, count=part.offset + len(part), bitorder="little")
        return flags[part.offset :].astype(bool)
    values = np.frombuffer(data, _dtype(kind), count=part.offset + len(part))
    return values[part.offset :]


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    if pa.types.is_boolean(kind):
        return np.dtype(bool)
    if pa.types.is_temporal(kind):
        return np.dtype(np.int64)
    letter = "f" if pa.types.is_floating(kind) else "i" if pa.types.is_signed_integer(kind) else "u"
    return np.dtype(f"{letter}{kind.bit_width // 8}")


def _offsets(values: Sequence[Any]) -> pa.Buffer:
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(np.fromiter(map(len, values), np.int64, len(values)), out=offsets[1:])
    return pa.py_buffer(offsets)


def _validity(valid: np.ndarray | None) -> pa.Buffer | None:
    return None if valid is None or valid.all() else _bits(valid)


def _bits(values: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
