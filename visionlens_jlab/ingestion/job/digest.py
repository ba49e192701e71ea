"""Digests of labels: what an incremental ingest compares instead of the labels themselves.

A sample's digest is the sum, modulo 2^64, of a 64-bit hash of each of its ground-truth annotations
as imported: the order does not matter. 0: no labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa

_NUMBERS = ("x", "y", "w", "h", "confidence", "area")
_FLAGS = ("is_crowd", "difficult", "truncated", "occluded")
_TEXTS = ("class", "kind")
_SHAPES = ("geometry", "attributes")
_MISSING = np.uint64(0x9E3779B97F4A7C15)


class LabelDigests:
    """Sums the hashes of annotations, by the ordinal of their image."""

    def __init__(self) -> None:
        self._sums = np.zeros(0, dtype=np.uint64)

    def add(self, ordinals: np.ndarray, hashes: np.ndarray) -> None:
        """Add hashes, uint64 (n,), of annotations of images, int64 (n,)."""
        if len(ordinals):
            self._grow(int(ordinals.max()) + 1)
            np.add.at(self._sums, ordinals, hashes)

    def of(self, count: int) -> np.ndarray:
        """uint64 (count,): the digests of the first `count` images."""
        self._grow(count)
        return self._sums[:count]

    def _grow(self, count: int) -> None:
        if count > len(self._sums):
            room = np.zeros(max(count, 2 * len(self._sums)), dtype=np.uint64)
            room[: len(self._sums)] = self._sums
            self._sums = room


def annotation_hashes(table: pa.Table) -> np.ndarray:
    """uint64 (n,): a hash of each row of an `annotation` table, its sample left out."""
    hashes = np.zeros(table.num_rows, dtype=np.uint64)
    for name in (*_NUMBERS, *_FLAGS):
        hashes = _mixed(hashes, _bits_of(table.column(name).combine_chunks()))
    for name in _TEXTS:
        column = table.column(name).combine_chunks()
        words = column.dictionary.to_pylist()
        codes = text_hashes(words)
        indices = column.indices.fill_null(len(words)) if column.null_count else column.indices
        known = np.append(codes, _MISSING)
        hashes = _mixed(hashes, known[_raw(indices, np.int32)])
    for name in _SHAPES:
        column = table.column(name)
        if column.null_count < len(column):
            hashes = _mixed(hashes, text_hashes(column.to_pylist()))
    return hashes


def text_hashes(values: Sequence[str | bytes | None]) -> np.ndarray:
    """uint64 (n,)."""
    digests = b"".join(
        b"\0" * 8
        if value is None
        else blake2b(value.encode() if isinstance(value, str) else value, digest_size=8).digest()
        for value in values
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _bits_of(column: pa.Array) -> np.ndarray:
    if column.null_count == len(column):
        return np.full(len(column), _MISSING)
    if pa.types.is_boolean(column.type):
        values = np.unpackbits(
            np.frombuffer(column.buffers()[1], np.uint8), count=len(column), bitorder="little"
        ).astype(np.uint64)
    else:
        values = _raw(column, np.float64).view(np.uint64)
    validity = column.buffers()[0]
    if validity is None:
        return values
    valid = np.unpackbits(
        np.frombuffer(validity, np.uint8), count=len(column), bitorder="little"
    ).astype(bool)
    return np.where(valid, values, _MISSING)


def _raw(column: pa.Array, kind: type) -> np.ndarray:
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def _mixed(hashes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 over what was there and what comes."""
    z = hashes * np.uint64(31) + values + _MISSING
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = z ^ (z >> np.uint64(31))
    return mixed
