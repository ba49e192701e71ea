"""Segments as files: uncompressed Arrow, memory-mapped, with checksums of what is in them.

A segment has the columns `id uint32`, `vector fixed_size_list<float32>[d]`, each vector of unit
length. Each record batch carries CRC-32 sums of its columns, one for each block of rows, so that
whoever reads a few vectors of many looks at a few blocks only. Coordinates of projections are
written likewise.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.errors import VisionLensError

Array = np.ndarray[Any, Any]

_BLOCK_BYTES = 1 << 20
_SUMS = b"crc32."
_UNIT_TOLERANCE = 1e-3
_ROWS_CHECKED = 1 << 16


@dataclass(frozen=True)
class Part:
    """Rows that lie together in one file: ids uint32 (n,), vectors float32 (n, d), read-only.

    `sums` are those of the blocks of the vectors, `pending` which were not compared yet; None:
    the file has none.
    """

    ids: Array
    vectors: Array
    sums: Array | None = None
    pending: Array | None = None
    file: str = ""

    def checked(self, rows: Array | None = None) -> Array:
        """The vectors, of which some rows (None: all) are what was written. DATASET_DAMAGED."""
        if self.sums is None or self.pending is None or not self.pending.any():
            return self.vectors
        size = _block_rows(self.vectors)
        if rows is None:
            blocks = np.flatnonzero(self.pending)
        else:
            blocks = np.unique(np.asarray(rows) // size)
            blocks = blocks[self.pending[blocks]]
        for block in blocks.tolist():
            if _sum(self.vectors[block * size : (block + 1) * size]) != self.sums[block]:
                raise damaged(self.file)
            self.pending[block] = False
        return self.vectors


def segment_batch(ids: Array, vectors: Array) -> pa.RecordBatch:
    """Rows as they are written; `vectors` are contiguous float32."""
    flat = pa.Array.from_buffers(pa.float32(), vectors.size, [None, pa.py_buffer(vectors)])
    return pa.record_batch(
        [
            pa.array(np.ascontiguousarray(ids, dtype=np.uint32)),
            pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        ],
        names=["id", "vector"],
    )


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write an Arrow file of numbers (mode 0600) under another name first."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with pa.ipc.new_file(file, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch, custom_metadata=_sums_of(batch))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read_columns(path: Path) -> dict[str, Array]:
    """The columns of a file that `write_batches` wrote, compared with its sums. DATASET_DAMAGED."""
    found: dict[str, list[Array]] = {}
    for batch, names, sums in _read(path):
        for name in names:
            values = _values(batch.column(name))
            _compare(values, sums.get(name), path.name)
            found.setdefault(name, []).append(values)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def read_parts(path: Path, dimension: int) -> list[Part]:
    """The rows of a segment, memory-mapped, one part for each record batch.

    The ids are compared with their sums at once, the vectors by who reads them.

    Raises
    ------
    VisionLensError
        DATASET_DAMAGED; VECTORS_INVALID when it holds something else.
    """
    parts = []
    for batch, names, sums in _read(path):
        if names != ["id", "vector"]:
            raise damaged(path.name)
        if batch.num_rows:
            parts.append(_part(path.name, batch, dimension, sums))
    return parts


def check_segment(path: Path, dimension: int, limit: int) -> int:
    """The number of rows of a segment that somebody else wrote, with ids below `limit`.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID.
    """
    rows = 0
    try:
        parts = read_parts(path, dimension)
    except VisionLensError as error:
        raise _invalid(error.message) from error
    for part in parts:
        rows += len(part.ids)
        if int(part.ids.max()) >= limit:
            raise _invalid(f"The vectors in {path.name} are of ids that never existed.")
        for start in range(0, len(part.ids), _ROWS_CHECKED):
            vectors = part.vectors[start : start + _ROWS_CHECKED]
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
            if not (np.abs(lengths - 1) < _UNIT_TOLERANCE).all():
                raise _invalid(f"The vectors in {path.name} are not all of length 1.")
    return rows


def damaged(file: str) -> VisionLensError:
    """DATASET_DAMAGED naming a file of vectors."""
    return VisionLensError(
        "DATASET_DAMAGED",
        f"The file of vectors {file} is damaged.",
        "Embed into the same space again, or add its vectors again: what is lost is set aside, "
        "the rest stays.",
        {"file": file},
    )


def _read(path: Path) -> list[tuple[pa.RecordBatch, list[str], Mapping[str, Array]]]:
    """The record batches of a file, memory-mapped, with their columns and the sums of those."""
    found: list[tuple[pa.RecordBatch, list[str], Mapping[str, Array]]] = []
    try:
        with pa.memory_map(str(path)) as source:
            file = pa.ipc.open_file(source)
            for number in range(file.num_record_batches):
                batch, metadata = file.get_batch_with_custom_metadata(number)
                batch.validate(full=True)
                found.append((batch, batch.schema.names, _sums_in(metadata)))
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        raise damaged(path.name) from error
    return found


def _part(file: str, batch: pa.RecordBatch, dimension: int, sums: Mapping[str, Array]) -> Part:
    vectors = batch.column("vector")
    type_ = vectors.type
    if not pa.types.is_fixed_size_list(type_) or type_.value_type != pa.float32():
        raise _invalid(f"The vectors are {type_}, not fixed_size_list<float32>.")
    if type_.list_size != dimension:
        raise _invalid(f"The vectors have {type_.list_size} numbers each, not {dimension}.")
    ids = batch.column("id")
    if ids.type != pa.uint32() or ids.null_count or vectors.null_count:
        raise _invalid("The ids of the vectors are not uint32, or something is missing.")
    numbers, matrix = _values(ids), _values(vectors)
    _compare(numbers, sums.get("id"), file)
    of_vectors = sums.get("vector")
    if of_vectors is None:
        return Part(numbers, matrix, file=file)
    if len(of_vectors) != _block_count(matrix):
        raise damaged(file)
    return Part(numbers, matrix, of_vectors, np.ones(len(of_vectors), dtype=bool), file)


def _values(column: pa.Array) -> Array:
    """The numbers of a column, (n,) or (n, d), as they lie there."""
    if not pa.types.is_fixed_size_list(column.type):
        plain: Array = column.to_numpy(zero_copy_only=True)
        return plain
    flat = column.flatten().to_numpy(zero_copy_only=True)
    matrix: Array = flat.reshape(-1, column.type.list_size)
    return matrix


def _sums_of(batch: pa.RecordBatch) -> dict[bytes, bytes]:
    return {
        _SUMS + name.encode(): _block_sums(_values(batch.column(name))).astype("<u4").tobytes()
        for name in batch.schema.names
    }


def _sums_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, Array]:
    return {
        key[len(_SUMS) :].decode(): np.frombuffer(value[: len(value) // 4 * 4], dtype="<u4")
        for key, value in (metadata or {}).items()
        if key.startswith(_SUMS)
    }


def _compare(values: Array, sums: Array | None, file: str) -> None:
    if sums is not None and not np.array_equal(_block_sums(values), sums):
        raise damaged(file)


def _block_sums(values: Array) -> Array:
    size = _block_rows(values)
    starts = range(0, len(values), size)
    return np.array([_sum(values[start : start + size]) for start in starts], dtype=np.uint32)


def _block_rows(values: Array) -> int:
    return max(1, _BLOCK_BYTES // max(1, values[:1].nbytes))


def _block_count(values: Array) -> int:
    return -(-len(values) // _block_rows(values))


def _sum(values: Array) -> int:
    return zlib.crc32(np.ascontiguousarray(values).data)


def _invalid(message: str) -> VisionLensError:
    return VisionLensError("VECTORS_INVALID", message)
