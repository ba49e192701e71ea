"""The truth of vectors: append-only files of which the last row of each id counts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.embeddings.vectors.segment_files import (
    Part,
    read_parts,
    segment_batch,
    write_batches,
)
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.jobs.context import JobContext

Array = np.ndarray[Any, Any]

_BLOCK_NUMBERS = 1 << 18
_LEAST_BLOCKS = 16
"""A thread gets at least so many."""
_THREADS = min(4, os.cpu_count() or 1)
"""So many scan for one search at most."""
_PART_BYTES = 1 << 28


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
    batch = segment_batch(ids, unit(matrix))
    write_batches(path, batch.schema, [batch])


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
                yield part.ids, part.checked()
            elif counts.any():
                yield part.ids[counts], part.checked()[counts]

    def write(self, path: Path) -> None:
        """Write what counts as one segment, by id, holding a part of it at a time."""
        ids = self.ids
        size = max(1, _PART_BYTES // (4 * self.dimension))
        parts = [ids[start : start + size] for start in range(0, len(ids), size)] or [ids]
        batches = (segment_batch(some, self.vectors_of(some)) for some in parts)
        write_batches(path, segment_batch(ids[:0], self.vectors_of(ids[:0])).schema, batches)

    def has(self, ids: Array) -> Array:
        """Whether each id has a vector, bool (len(ids),)."""
        return self._rows(ids) >= 0

    def vectors_of(self, ids: Array) -> Array:
        """Vectors float32 (len(ids), d); rows of NaN where there is none."""
        rows = self._rows(ids)
        if len(self._parts) == 1 and (rows >= 0).all():
            return np.take(self._parts[0].checked(rows), rows, axis=0)
        found = np.full((len(rows), self.dimension), np.nan, dtype=np.float32)
        numbers = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(numbers[rows >= 0]):
            here = (numbers == number) & (rows >= 0)
            own = rows[here] - self._starts[number]
            found[here] = self._parts[number].checked(own)[own]
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
            scores = _dots(part.checked(), target)
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
            own = rows[here] - self._starts[number]
            scores[here] = _dots(self._parts[number].checked(own), target, own)
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


EXISTING = "existing.npy"
"""In the spool's input: by id whether it exists."""

Matrix = np.ndarray[Any, Any]


def read_space(context: JobContext) -> tuple[Matrix, Matrix]:
    """Ids uint32 (n,), ascending, and vectors float32 (n, d).

    Memory-mapped where they lie in one file in this order, else a copy. VECTORS_INVALID.
    """
    dimension = context.params["dimension"]
    parts = [
        part for file in context.params["segments"] for part in read_parts(Path(file), dimension)
    ]
    existing = np.load(context.spool / "input" / EXISTING, allow_pickle=False)
    ids, vectors = Segments(parts, dimension, existing).read()
    if np.all(ids[1:] > ids[:-1]):
        return ids, vectors
    order = np.argsort(ids)
    return ids[order], vectors[order]
