"""Perceptual hashes, and those among them that differ in few bits.

A picture has 128 bits. Half of them are pHash (Zauner, 2010: signs of the low frequencies of a
32 x 32 cosine transform around their median), half dHash (signs of the differences of neighbours
in 8 lines of 9). `Bands` finds those that differ in few bits, by
multi-index hashing (Norouzi, Punjani and Fleet, 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from visionlens_jlab.map.projections.neighbours import Cells

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
    """Bands of 16 bits, (n, bands)."""
    return np.ascontiguousarray(bits).view(np.uint16)


def _band(column: npt.NDArray[np.uint16]) -> _Band:
    counts = np.bincount(column, minlength=1 << _WIDTH)
    return _Band(np.argsort(column, kind="stable").astype(np.int32), np.r_[0, np.cumsum(counts)])


Grey = npt.NDArray[np.uint8]

SIDE = 32
WORDS = 2
MIDDLE = 0.9
"""Share of each side that the hash of a picture's middle is made from."""
EXACT_ROWS = 8_000
_BITS = 64 * WORDS
_BLOCK_BYTES = 2 << 20
_QUERIES = 2048


def hashes(small: Grey) -> Bits:
    """Hashes uint64 (n, 2) of grey pictures uint8 (n, 32, 32)."""
    pictures = small.astype(np.float32)
    cosines = _cosines()
    low = (cosines @ pictures @ cosines.T).reshape(len(pictures), 64)
    by_frequency = low > np.median(low[:, 1:], axis=1, keepdims=True)
    by_frequency[:, 0] = low[:, 0] > SIDE * 127.5  # its own median says nothing of brightness
    lines = _means(8) @ pictures @ _means(9).T
    by_gradient = (lines[:, :, 1:] > lines[:, :, :-1]).reshape(len(pictures), 64)
    return np.stack([_packed(by_frequency), _packed(by_gradient)], axis=1)


class CloseHashes:
    """Finds hashes that differ in few bits.

    Every pair is compared among up to `EXACT_ROWS` hashes. Beyond, those that differ least are all
    found by their bands, and of the others most by cells of an inverted file: hashes as vectors of
    signs, whose cosine counts the bits. (By bands alone one would, for 34 of 128 bits, look into
    more places than there are pairs.)

    Parameters
    ----------
    base : uint64 (n, 2)
    """

    def __init__(self, base: Bits) -> None:
        self._base = base
        self._signs = _Signs(base)
        self._large = (Bands(base), Cells(self._signs, 0)) if len(base) > EXACT_ROWS else None

    def pairs(
        self,
        queries: Bits,
        *,
        radius: int,
        most: int,
        tick: Callable[[int], None] | None = None,
    ) -> tuple[Rows, Rows]:
        """Rows (query, base) within `radius` bits, at most `most` of each query.

        The query of a row is a picture of that row of the base, and never found in it.
        """
        found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
        if self._large is None:
            found += self._compared(queries, radius, most, tick)
        else:
            bands, cells = self._large
            asked = self._signs if queries is self._base else _Signs(queries)
            wide = cells.nearest(asked, most + 1, tick=tick)
            for part in _together(bands, queries, wide, radius, most):
                found.append(part)
                if tick is not None:
                    tick(len(queries))
        return np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found])

    def _compared(
        self, queries: Bits, radius: int, most: int, tick: Callable[[int], None] | None
    ) -> Iterator[tuple[Rows, Rows]]:
        """All pairs, block by block."""
        base = self._base
        step = max(1, _BLOCK_BYTES // (8 * max(len(base), 1)))
        columns = [np.ascontiguousarray(base[:, word]) for word in range(WORDS)]
        for start in range(0, len(queries), step):
            block = queries[start : start + step]
            distance = np.zeros((len(block), len(base)), dtype=np.uint8)
            for word, column in enumerate(columns):
                distance += np.bitwise_count(block[:, word, None] ^ column[None])
            distance[np.arange(len(block)), np.arange(start, start + len(block))] = 255
            query, other = np.nonzero(distance <= radius)
            query, other = _nearest(query, other, distance[query, other], most)
            yield query + start, other
            if tick is not None:
                tick(start + len(block))


def _together(
    bands: Bands, queries: Bits, wide: tuple[Any, Any], radius: int, most: int
) -> Iterator[tuple[Rows, Rows]]:
    """What bands find, and of what cells found the rest."""
    near, bits = wide[0], np.rint(wide[1] * (_BITS / 2)).astype(np.uint8)
    for start in range(0, len(queries), _QUERIES):
        part = slice(start, start + _QUERIES)
        query, other, differing = bands.pairs(queries[part])
        more, place = np.nonzero(bits[part] > RADIUS)
        query = np.r_[query, more] + start
        other = np.r_[other, near[part][more, place]]
        differing = np.r_[differing, bits[part][more, place]]
        kept = (differing <= radius) & (query != other)
        yield _nearest(query[kept], other[kept], differing[kept], most)


class _Signs:
    """Hashes as vectors of unit length, made when they are read: float32 (n, 128)."""

    def __init__(self, bits: Bits) -> None:
        self._bits = bits

    def __len__(self) -> int:
        return len(self._bits)

    def __getitem__(self, rows: Any, /) -> npt.NDArray[np.float32]:
        bits = np.unpackbits(np.ascontiguousarray(self._bits[rows]).view(np.uint8), axis=-1)
        return (bits * np.float32(2) - 1) / np.float32(_BITS**0.5)


def _nearest(
    query: Rows, other: Rows, distance: npt.NDArray[np.uint8], most: int
) -> tuple[Rows, Rows]:
    order = np.lexsort((other, distance, query))
    query, other = query[order], other[order]
    starts = np.searchsorted(query, query)
    near = np.arange(len(query)) - starts < most
    return query[near], other[near]


@lru_cache
def _cosines() -> npt.NDArray[np.float32]:
    """(8, 32): the first eight rows of the cosine transform."""
    place = (2 * np.arange(SIDE) + 1) / (2 * SIDE)
    return np.cos(np.pi * np.arange(8)[:, None] * place).astype(np.float32)


@lru_cache
def _means(to: int) -> npt.NDArray[np.float32]:
    edges = np.linspace(0, SIDE, to + 1)
    cells = np.arange(SIDE)
    covered = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(np.clip(covered, 0, None) * (to / SIDE), dtype=np.float32)


def _packed(bits: npt.NDArray[np.bool_]) -> Bits:
    return np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64)[:, 0]
