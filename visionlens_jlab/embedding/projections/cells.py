"""Approximate nearest neighbours by an inverted file: numpy alone, nothing to compile.

The rows are divided among cells around centres found by k-means; each is compared with those of
the cells nearest to its own (Sivic and Zisserman, 2003; Jégou, Douze and Schmid, 2011).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .exact import Floats, Rows, nearest, parts

Ints = npt.NDArray[np.int64]

LOOKED_AT = 12
"""Cells whose rows are compared with those of one cell, itself among them."""
_SAMPLED = 64
"""Rows by centre that k-means works on."""
_ROUNDS = 6
_LARGEST = 4
"""A cell with so many times the rows of the average is divided: they are nearly the same."""
_BLOCK_ROWS = 8192


def nearest_by_cells(
    vectors: Floats,
    k: int,
    *,
    seed: int | None,
    tick: Callable[[int], None] | None = None,
) -> tuple[Rows, Floats]:
    """About the `k` nearest rows of each row, by some 12 n * sqrt(n) comparisons.

    Parameters
    ----------
    vectors : float32 (n, d), of unit length
        May be memory-mapped: a few cells at a time are in memory.
    k : int
        At most n.
    seed : int or None
        Of the choice of the centres.
    tick : callable, optional
        Takes the rows done; may raise.

    Returns
    -------
    rows : int32 (n, k), nearest first
    distances : float32 (n, k), 1 - cosine, 0 or more
    """
    count = len(vectors)
    members, centres = _cells(vectors, np.random.default_rng(seed))
    sizes = np.asarray([len(own) for own in members])
    rows = np.empty((count, k), dtype=np.int32)
    distances = np.empty((count, k), dtype=np.float32)
    done = 0
    for number, own in enumerate(members):
        similar = centres @ centres[number]
        similar[number] = 2
        near = np.argsort(-similar, kind="stable")
        enough = int(np.searchsorted(np.cumsum(sizes[near]), k)) + 1
        others = np.sort(np.concatenate([members[at] for at in near[: max(LOOKED_AT, enough)]]))
        compared = np.asarray(vectors[others])
        for part in parts(len(own), len(others)):
            place, distances[own[part]] = nearest(np.asarray(vectors[own[part]]), compared, k)
            rows[own[part]] = others[place]
            done += part.stop - part.start
            if tick is not None:
                tick(done)
    return rows, distances


def _cells(vectors: Floats, rng: np.random.Generator) -> tuple[list[Ints], Floats]:
    """Rows of each cell, none of them empty, and the centres."""
    count = len(vectors)
    centres = _centres(vectors, max(1, round(count**0.5)), rng)
    cell = np.empty(count, dtype=np.int64)
    for start in range(0, count, _BLOCK_ROWS):
        block = np.asarray(vectors[start : start + _BLOCK_ROWS])
        cell[start : start + _BLOCK_ROWS] = (block @ centres.T).argmax(axis=1)
    sizes = np.bincount(cell, minlength=len(centres))
    members = np.split(np.argsort(cell, kind="stable"), np.cumsum(sizes)[:-1])
    most = max(1, _LARGEST * count // len(centres))
    pieces = [
        (own[start : start + most], number)
        for number, own in enumerate(members)
        for start in range(0, len(own), most)
    ]
    return [own for own, _ in pieces], centres[[number for _, number in pieces]]


def _centres(vectors: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Spherical k-means on a sample of the rows."""
    chosen = np.sort(rng.permutation(len(vectors))[: count * _SAMPLED])
    sample = np.asarray(vectors[chosen], dtype=np.float32)
    centres = sample[rng.permutation(len(sample))[:count]]
    for _ in range(_ROUNDS):
        cell = (sample @ centres.T).argmax(axis=1)
        filled, starts = np.unique(np.sort(cell), return_index=True)
        centres[filled] = np.add.reduceat(sample[np.argsort(cell, kind="stable")], starts, axis=0)
        lengths = np.linalg.norm(centres, axis=1, keepdims=True)
        centres /= np.maximum(lengths, np.finfo(np.float32).tiny)
    return centres
