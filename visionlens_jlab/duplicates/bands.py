"""Hashes that differ in few bits, by multi-index hashing (Norouzi, Punjani and Fleet, 2012)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

RADIUS = 15
"""Of 128 bits: of eight bands of 16 bits one then differs in one bit at most, as 8 * 2 > 15."""
_WIDTH = 16
_MASKS = np.r_[0, 1 << np.arange(_WIDTH)].astype(np.uint16)
_CROWD = 2000
"""A value of a band that more hashes have than this tells too little to be followed."""


class _Band(NamedTuple):
    """Rows sorted by their value in the band, and where each value starts: int64 (65537,)."""

    rows: npt.NDArray[np.int32]
    starts: Rows


class Bands:
    """Finds every hash that differs from another in `RADIUS` bits at most.

    But for what is like `_CROWD` others in every band that it shares.

    Parameters
    ----------
    base : uint64 (n, words)
    """

    def __init__(self, base: Bits) -> None:
        self._base = base
        self._bands = [_band(column) for column in _values(base).T]

    def pairs(self, queries: Bits) -> tuple[Rows, Rows, npt.NDArray[np.uint8]]:
        """Rows (query, base) and how many bits they differ in; each pair once."""
        keys = []
        for band, column in zip(self._bands, _values(queries).T, strict=True):
            for mask in _MASKS:
                value = column ^ mask
                first, count = band.starts[value], band.starts[value.astype(np.int64) + 1]
                count -= first
                count[count > _CROWD] = 0
                query = np.repeat(np.arange(len(queries)), count)
                place = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
                other = band.rows[np.repeat(first, count) + place]
                close = self._differing(queries, query, other) <= RADIUS
                keys.append(query[close] << 32 | other[close])
        found = np.unique(np.concatenate(keys))
        query, other = found >> 32, found & 0xFFFFFFFF
        return query, other, self._differing(queries, query, other)

    def _differing(self, queries: Bits, query: Rows, other: Rows) -> npt.NDArray[np.uint8]:
        differing = np.zeros(len(query), dtype=np.uint8)
        for word in range(self._base.shape[1]):
            differing += np.bitwise_count(queries[query, word] ^ self._base[other, word])
        return differing


def _values(bits: Bits) -> npt.NDArray[np.uint16]:
    """(n, bands)"""
    return np.ascontiguousarray(bits).view(np.uint16)


def _band(column: npt.NDArray[np.uint16]) -> _Band:
    counts = np.bincount(column, minlength=1 << _WIDTH)
    return _Band(np.argsort(column, kind="stable").astype(np.int32), np.r_[0, np.cumsum(counts)])
