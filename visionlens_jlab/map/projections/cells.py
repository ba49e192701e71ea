"""Approximate nearest neighbours by an inverted file: numpy alone, nothing to compile.

The rows are divided among cells around centres found by k-means; each is compared with those of
the cells nearest to its own (Sivic and Zisserman, 2003; Jégou, Douze and Schmid, 2011).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from visionlens_jlab.map.projections.exact import Floats, Rows, nearest, parts

Ints = npt.NDArray[np.int64]

LOOKED_AT = 12
"""Cells whose rows are compared with those of one cell, itself among them."""
_SAMPLED = 64
"""Rows by centre that k-means works on."""
_ROUNDS = 6
_LARGEST = 4
"""A cell with so many times the rows of the average is divided: they are nearly the same."""
_BLOCK_ROWS = 8192


class Vectors(Protocol):
    """Rows of unit length: an array float32 (n, d), memory-mapped or not, or made when read."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any:
        """An array of the rows that a slice or an array of numbers names."""
        ...


class Cells:
    """An inverted file.

    Parameters
    ----------
    vectors : Vectors
        A few cells at a time are in memory.
    seed : int or None
        Of the choice of the centres.
    """

    def __init__(self, vectors: Vectors, seed: int | None) -> None:
        self._vectors = vectors
        centres = _centres(vectors, np.random.default_rng(seed))
        members = _divided(vectors, centres)
        most = max(1, _LARGEST * len(vectors) // len(centres))
        pieces = [
            (own[start : start + most], number)
            for number, own in enumerate(members)
            for start in range(0, len(own), most)
        ]
        self._members = [own for own, _ in pieces]
        self._centres = centres[[number for _, number in pieces]]
        self._sizes = np.asarray([len(own) for own in self._members])

    def nearest(
        self, queries: Vectors, k: int, *, tick: Callable[[int], None] | None = None
    ) -> tuple[Rows, Floats]:
        """About the `k` nearest rows to each query, by some 12 queries * sqrt(n) comparisons.

        Parameters
        ----------
        queries : Vectors
            Where it is what the cells were made of, each finds itself, too.
        k : int
            At most n.
        tick : callable, optional
            Takes the queries done; may raise.

        Returns
        -------
        rows : int32 (queries, k), nearest first
        distances : float32 (queries, k), 1 - cosine, 0 or more
        """
        rows = np.empty((len(queries), k), dtype=np.int32)
        distances = np.empty((len(queries), k), dtype=np.float32)
        own = queries is self._vectors
        done = 0
        for number, asking in enumerate(self._members if own else _divided(queries, self._centres)):
            if not len(asking):
                continue
            others = self._near(number, k)
            compared = np.asarray(self._vectors[others])
            for part in parts(len(asking), len(others)):
                chosen = asking[part]
                place, distances[chosen] = nearest(np.asarray(queries[chosen]), compared, k)
                rows[chosen] = others[place]
                done += len(chosen)
                if tick is not None:
                    tick(done)
        return rows, distances

    def _near(self, number: int, k: int) -> Ints:
        """The rows of a cell and of those nearest to it, `k` or more, ascending."""
        similar = self._centres @ self._centres[number]
        similar[number] = 2
        near = np.argsort(-similar, kind="stable")
        enough = int(np.searchsorted(np.cumsum(self._sizes[near]), k)) + 1
        chosen = near[: max(LOOKED_AT, enough)]
        return np.sort(np.concatenate([self._members[at] for at in chosen]))


def _divided(vectors: Vectors, centres: Floats) -> list[Ints]:
    """Rows that are nearest to each centre."""
    cell = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = np.asarray(vectors[start : start + _BLOCK_ROWS])
        cell[start : start + _BLOCK_ROWS] = (block @ centres.T).argmax(axis=1)
    ends = np.cumsum(np.bincount(cell, minlength=len(centres)))[:-1]
    return np.split(np.argsort(cell, kind="stable"), ends)


def _centres(vectors: Vectors, rng: np.random.Generator) -> Floats:
    """Spherical k-means on a sample of the rows: as many centres as the root of their number."""
    count = max(1, round(len(vectors) ** 0.5))
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
