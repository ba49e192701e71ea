"""Nearest neighbours of rows of unit length, by cosine distance: exact, or by an inverted file.

The inverted file (`Cells`) needs numpy alone, nothing to compile. The rows are divided among cells
around centres found by k-means; each is compared with those of the cells nearest to its own (Sivic
and Zisserman, 2003; Jégou, Douze and Schmid, 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

_BLOCK_CELLS = 8_000_000


def nearest_among(
    queries: Floats,
    vectors: Floats,
    k: int,
    *,
    tick: Callable[[int], None] | None = None,
) -> tuple[Rows, Floats]:
    """The exact `k` nearest rows of `vectors` to each query.

    Returns
    -------
    rows : int32 (queries, k), nearest first
    distances : float32 (queries, k), 1 - cosine, 0 or more
    """
    k = min(k, len(vectors))
    rows = np.empty((len(queries), k), dtype=np.int32)
    distances = np.empty((len(queries), k), dtype=np.float32)
    every = np.asarray(vectors)
    for part in parts(len(queries), len(vectors)):
        rows[part], distances[part] = nearest(np.asarray(queries[part]), every, k)
        if tick is not None:
            tick(part.stop)
    return rows, distances


def nearest(queries: Floats, vectors: Floats, k: int) -> tuple[Rows, Floats]:
    """Like `nearest_among`, with a matrix of all pairs in memory."""
    similar = queries @ vectors.T
    places = np.argpartition(-similar, k - 1, axis=1)[:, :k]
    far = 1 - np.take_along_axis(similar, places, axis=1)
    order = np.lexsort((places, far), axis=1)  # of equal ones the first
    rows = np.take_along_axis(places, order, axis=1).astype(np.int32)
    return rows, np.maximum(np.take_along_axis(far, order, axis=1), 0)


def parts(queries: int, rows: int) -> Iterator[slice]:
    """Queries so many at a time that the matrix of all pairs stays small."""
    step = max(1, _BLOCK_CELLS // max(rows, 1))
    for start in range(0, queries, step):
        yield slice(start, min(start + step, queries))


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


EXACT_ROWS = 8_000
"""Up to so many rows the exact answer costs hardly more than the approximate one."""


def neighbour_graph(
    vectors: Floats,
    k: int,
    *,
    seed: int | None,
    tick: Callable[[int], None] | None = None,
) -> tuple[Rows, Floats]:
    """The `k` nearest rows of each row, itself first, as umap-learn counts them.

    umap-learn's own search (pynndescent) would be compiled for half a minute at every start, as
    numba cannot keep functions that take functions; and could neither be cancelled nor tell how
    far it is.
    """
    return _itself_first(*nearest_rows(vectors, k, seed=seed, tick=tick))


def nearest_rows(
    vectors: Floats,
    k: int,
    *,
    seed: int | None,
    tick: Callable[[int], None] | None = None,
) -> tuple[Rows, Floats]:
    """The `k` nearest rows of each row, mostly itself among them: exact for small inputs only."""
    if len(vectors) <= EXACT_ROWS:
        return nearest_among(vectors, vectors, k, tick=tick)
    return Cells(vectors, seed).nearest(vectors, k, tick=tick)


def _itself_first(rows: Rows, distances: Floats) -> tuple[Rows, Floats]:
    """Put each row itself in front: among equal vectors it may be anywhere, or missing."""
    own = np.arange(len(rows), dtype=np.int32)
    place = np.where(
        (rows == own[:, None]).any(axis=1),
        (rows == own[:, None]).argmax(axis=1),
        rows.shape[1] - 1,
    )
    for column in range(rows.shape[1] - 1, 0, -1):
        behind = place >= column
        rows[behind, column] = rows[behind, column - 1]
        distances[behind, column] = distances[behind, column - 1]
    rows[:, 0], distances[:, 0] = own, 0
    return rows, distances
