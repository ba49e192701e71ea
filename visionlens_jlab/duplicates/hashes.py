"""Perceptual hashes: 128 bits a picture, half of them by frequencies, half by gradients.

pHash (Zauner, 2010: signs of the low frequencies of a 32 x 32 cosine transform around their
median) and dHash (signs of the differences of neighbours in 8 lines of 9).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Grey = npt.NDArray[np.uint8]

SIDE = 32
WORDS = 2
MIDDLE = 0.9
"""Share of each side that the hash of a picture's middle is made from."""
_BLOCK_BYTES = 64 << 20


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


def close_pairs(
    queries: Bits,
    base: Bits,
    *,
    radius: int,
    most: int,
    tick: Callable[[int], None] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows (query, base) within `radius` bits, at most `most` of each query, itself left out.

    Block by block, every pair is compared: 100,000 against 100,000 are 10^10 comparisons of two
    words each.
    """
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
    step = max(1, _BLOCK_BYTES // (8 * max(len(base), 1)))
    columns = [np.ascontiguousarray(base[:, word]) for word in range(base.shape[1])]
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        distance = np.zeros((len(block), len(base)), dtype=np.uint8)
        for word, column in enumerate(columns):
            distance += np.bitwise_count(block[:, word, None] ^ column[None])
        own = np.arange(start, start + len(block))
        if queries.shape == base.shape:
            distance[np.arange(len(block)), own] = 255
        query, other = np.nonzero(distance <= radius)
        query, other = _nearest(query, other, distance[query, other], most)
        found.append((query + start, other))
        if tick is not None:
            tick(start + len(block))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found])


def _nearest(
    query: npt.NDArray[np.int64],
    other: npt.NDArray[np.int64],
    distance: npt.NDArray[np.uint8],
    most: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
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
