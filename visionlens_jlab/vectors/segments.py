"""The truth of vectors: append-only Arrow files, read through memory maps.

A segment is an uncompressed Arrow IPC file of `id uint32`, `vector fixed_size_list<float32>[d]`,
each vector of unit length. Of several rows of an id the last one counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.errors import VisionLensError

Array = np.ndarray[Any, Any]

FOLDER = "vectors"
_UNIT_TOLERANCE = 1e-3
_ROWS_CHECKED = 1 << 16
_BLOCK_NUMBERS = 1 << 18
_LEAST_BLOCKS = 16
"""A thread gets at least so many."""
_THREADS = min(4, os.cpu_count() or 1)
"""So many scan for one search at most."""
_PART_BYTES = 1 << 28


@dataclass(frozen=True)
class Part:
    """Rows that lie together in one file: ids uint32 (n,), vectors float32 (n, d), read-only."""

    ids: Array
    vectors: Array


def unit(matrix: Array) -> Array:
    """Rows scaled to length 1, float32; rows of zeros stay."""
    wide = np.asarray(matrix, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide, dtype=np.float64))
    lengths[lengths == 0] = 1
    return np.ascontiguousarray(wide / lengths[:, None], dtype=np.float32)


def checked_matrix(matrix: Any, dimension: int | None = None) -> Array:
    """A matrix of vectors, float32 (n, d), as it was given.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when it is not two-dimensional, not numeric, of another dimension, or has
        rows that are not finite or all zero; the message names the first of them.
    """
    try:
        given = np.asarray(matrix)
        if given.dtype.kind not in "fiu":
            raise TypeError
        with np.errstate(over="ignore"):
            wide = given.astype(np.float32, copy=False)
    except (TypeError, ValueError):
        raise _invalid("The vectors are no matrix of numbers.") from None
    if wide.ndim != 2 or wide.shape[1] == 0:
        raise _invalid(f"The vectors have the shape {given.shape}; rows of one length are needed.")
    if dimension is not None and wide.shape[1] != dimension:
        raise _invalid(
            f"The vectors have {wide.shape[1]} numbers each; the space has {dimension}.",
            "Use the model that the space was made with, or another name for the space.",
        )
    finite = np.asarray(np.isfinite(wide).all(axis=1))
    _check_rows(wide, ~finite, "holds NaN or infinite numbers")
    _check_rows(wide, ~np.asarray(wide.any(axis=1)), "is all zeros and points nowhere")
    return wide


def write_segment(path: Path, ids: Array, matrix: Array) -> None:
    """Write a segment (mode 0600) in one record batch, whole on the disk when it appears.

    Parameters
    ----------
    path : Path
    ids : ndarray, (n,)
    matrix : ndarray, (n, d)
        Any length but zero; written with unit length.
    """
    batch = _batch(ids, unit(matrix))
    write_batches(path, batch.schema, [batch])


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write an Arrow file (mode 0600) under another name first."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with pa.ipc.new_file(file, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read_parts(path: Path, dimension: int) -> list[Part]:
    """The rows of a segment, memory-mapped, one part for each record batch.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when it is no such file or of another dimension.
    """
    try:
        with pa.memory_map(str(path)) as source:
            file = pa.ipc.open_file(source)
            batches = [file.get_batch(i) for i in range(file.num_record_batches)]
        return [_part(batch, dimension) for batch in batches if batch.num_rows]
    except (OSError, pa.ArrowException, KeyError) as error:
        raise _invalid(f"The vectors in {path.name} cannot be read.") from error


def check_segment(path: Path, dimension: int, limit: int) -> int:
    """The number of rows of a segment that somebody else wrote, with ids below `limit`.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID.
    """
    rows = 0
    for part in read_parts(path, dimension):
        rows += len(part.ids)
        if int(part.ids.max()) >= limit:
            raise _invalid(f"The vectors in {path.name} are of ids that never existed.")
        for start in range(0, len(part.ids), _ROWS_CHECKED):
            vectors = part.vectors[start : start + _ROWS_CHECKED]
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
            if not (np.abs(lengths - 1) < _UNIT_TOLERANCE).all():
                raise _invalid(f"The vectors in {path.name} are not all of length 1.")
    return rows


class Segments:
    """The vectors of one space: the last row of each id, of ids that exist.

    Parameters
    ----------
    parts : sequence of Part
        Oldest first.
    dimension : int
    existing : ndarray of bool, optional
        By id whether it exists; None: every one does.
    sequence : int
        The commit that brought the latest of them.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        dimension: int,
        existing: Array | None = None,
        *,
        sequence: int = 0,
    ) -> None:
        self.dimension = dimension
        self.sequence = sequence
        self._parts = list(parts)
        self._starts = np.cumsum([0, *(len(part.ids) for part in parts)])
        self._row_of = _last_rows(self._parts, existing)
        self.count = int(np.count_nonzero(self._row_of >= 0))
        """Ids that have a vector."""

    def __len__(self) -> int:
        return self.count

    @property
    def rows(self) -> int:
        """Rows in the files, also those that do not count."""
        return int(self._starts[-1])

    @property
    def ids(self) -> Array:
        """Ids that have a vector, uint32 (n,), ascending."""
        return np.flatnonzero(self._row_of >= 0).astype(np.uint32)

    def read(self) -> tuple[Array, Array]:
        """Ids uint32 (n,) and their vectors float32 (n, d).

        Memory-mapped where one part holds nothing but what counts, else a copy.
        """
        parts = [(ids, vectors) for ids, vectors in self.parts() if len(ids)]
        if not parts:
            return np.empty(0, np.uint32), np.empty((0, self.dimension), np.float32)
        if len(parts) == 1:
            return parts[0]
        return (
            np.concatenate([ids for ids, _ in parts]),
            np.concatenate([vectors for _, vectors in parts]),
        )

    def parts(self) -> Iterator[tuple[Array, Array]]:
        """Ids and vectors of what counts, part by part; together each id once."""
        for number, part in enumerate(self._parts):
            counts = self._counts(number)
            if counts.all():
                yield part.ids, part.vectors
            elif counts.any():
                yield part.ids[counts], part.vectors[counts]

    def write(self, path: Path) -> None:
        """Write what counts as one segment, by id, holding a part of it at a time."""
        ids = self.ids
        size = max(1, _PART_BYTES // (4 * self.dimension))
        parts = [ids[start : start + size] for start in range(0, len(ids), size)] or [ids]
        batches = (_batch(some, self.vectors_of(some)) for some in parts)
        write_batches(path, _batch(ids[:0], self.vectors_of(ids[:0])).schema, batches)

    def has(self, ids: Array) -> Array:
        """Whether each id has a vector, bool (len(ids),)."""
        return self._rows(ids) >= 0

    def vectors_of(self, ids: Array) -> Array:
        """Vectors float32 (len(ids), d); rows of NaN where there is none."""
        rows = self._rows(ids)
        if len(self._parts) == 1 and (rows >= 0).all():
            return np.take(self._parts[0].vectors, rows, axis=0)
        found = np.full((len(rows), self.dimension), np.nan, dtype=np.float32)
        numbers = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(numbers[rows >= 0]):
            here = (numbers == number) & (rows >= 0)
            found[here] = self._parts[number].vectors[rows[here] - self._starts[number]]
        return found

    def scores(self, target: Array, ids: Array | None = None) -> tuple[Array, Array]:
        """Ids that have a vector (among `ids`, where given) and their dot product with `target`.

        Parameters
        ----------
        target : ndarray, float32 (d,)
        ids : ndarray, uint32, optional
        """
        if ids is not None:
            wanted = ids[self.has(ids)]
            return wanted, self._dots_of(wanted, target)
        found_ids, found_scores = [np.empty(0, np.uint32)], [np.empty(0, np.float32)]
        for number, part in enumerate(self._parts):
            counts = self._counts(number)
            scores = _dots(part.vectors, target)
            whole = counts.all()
            found_ids.append(part.ids if whole else part.ids[counts])
            found_scores.append(scores if whole else scores[counts])
        return np.concatenate(found_ids), np.concatenate(found_scores)

    def _dots_of(self, ids: Array, target: Array) -> Array:
        rows = self._rows(ids)
        scores = np.empty(len(rows), np.float32)
        numbers = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(numbers):
            here = np.flatnonzero(numbers == number)
            vectors = self._parts[number].vectors
            scores[here] = _dots(vectors, target, rows[here] - self._starts[number])
        return scores

    def _rows(self, ids: Array) -> Array:
        given = np.asarray(ids, dtype=np.int64)
        rows = np.full(len(given), -1, dtype=np.int64)
        known = given < len(self._row_of)
        rows[known] = self._row_of[given[known]]
        return rows

    def _counts(self, number: int) -> Array:
        """Which rows of a part count."""
        start = self._starts[number]
        rows = np.arange(start, start + len(self._parts[number].ids))
        return np.equal(self._row_of[self._parts[number].ids], rows)


def _last_rows(parts: Sequence[Part], existing: Array | None) -> Array:
    """By id the row that counts, counted over all parts; -1: none."""
    largest = max((int(part.ids.max()) for part in parts), default=-1)
    row_of = np.full(largest + 1, -1, dtype=np.int64)
    start = 0
    for part in parts:
        # Of equal indices numpy keeps the last one that is assigned.
        row_of[part.ids] = np.arange(start, start + len(part.ids))
        start += len(part.ids)
    if existing is not None:
        here = min(len(existing), len(row_of))
        row_of[:here][~existing[:here]] = -1
        row_of[here:] = -1
    return row_of


def _dots(vectors: Array, target: Array, rows: Array | None = None) -> Array:
    """Dot products with a target, of some rows or of all.

    A block stays in the processor's cache, and BLAS does not spread it over threads, which wait for
    each other for long where the machine is busy; many blocks are spread over threads of ours.
    """
    count = len(vectors) if rows is None else len(rows)
    size = max(1, _BLOCK_NUMBERS // vectors.shape[1])
    scores = np.empty(count, np.float32)
    share = max(size * _LEAST_BLOCKS, -(-count // _THREADS))
    parts = [slice(start, min(start + share, count)) for start in range(0, count, share)]

    def scan(part: slice) -> None:
        copied = np.empty((min(size, count), vectors.shape[1]), np.float32)
        for start in range(part.start, part.stop, size):
            here = slice(start, min(start + size, part.stop))
            if rows is None:
                block = vectors[here]
            else:
                some = rows[here]
                block = np.take(vectors, some, axis=0, out=copied[: len(some)], mode="clip")
            np.matmul(block, target, out=scores[here])

    others = [_scanners().submit(scan, part) for part in parts[1:]]
    for part in parts[:1]:
        scan(part)
    for other in others:
        other.result()
    return scores


@cache
def _scanners() -> ThreadPoolExecutor:
    """Threads that scan vectors, for all searches together."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="visionlens-scan")


def _batch(ids: Array, vectors: Array) -> pa.RecordBatch:
    """Rows as they are written; `vectors` are contiguous float32."""
    flat = pa.Array.from_buffers(pa.float32(), vectors.size, [None, pa.py_buffer(vectors)])
    return pa.record_batch(
        [
            pa.array(np.ascontiguousarray(ids, dtype=np.uint32)),
            pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        ],
        names=["id", "vector"],
    )


def _part(batch: pa.RecordBatch, dimension: int) -> Part:
    vectors = batch.column("vector")
    type_ = vectors.type
    if not pa.types.is_fixed_size_list(type_) or type_.value_type != pa.float32():
        raise _invalid(f"The vectors are {type_}, not fixed_size_list<float32>.")
    if type_.list_size != dimension:
        raise _invalid(f"The vectors have {type_.list_size} numbers each, not {dimension}.")
    ids = batch.column("id")
    if ids.type != pa.uint32() or ids.null_count or vectors.null_count:
        raise _invalid("The ids of the vectors are not uint32, or something is missing.")
    matrix = vectors.flatten().to_numpy(zero_copy_only=True).reshape(-1, dimension)
    return Part(ids.to_numpy(zero_copy_only=True), matrix)


def _check_rows(matrix: Array, wrong: Array, what: str) -> None:
    if wrong.any():
        rows = np.flatnonzero(wrong)
        raise _invalid(
            f"Row {rows[0]} of the vectors {what} ({len(rows)} of {len(matrix)} rows).",
            details={"rows": rows[:1000].tolist(), "count": len(rows)},
        )


def _invalid(
    message: str, hint: str | None = None, details: dict[str, Any] | None = None
) -> VisionLensError:
    return VisionLensError("VECTORS_INVALID", message, hint, details)
