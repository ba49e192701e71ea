"""Exact nearest neighbours of rows of unit length, by cosine distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
