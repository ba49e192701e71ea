"""Nearest neighbours of rows of unit length, by cosine distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from .numba_cache import umap_module

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

EXACT_ROWS = 16_000
"""Up to so many rows the exact answer costs less than compiling and running the approximate one."""
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
    for part in _parts(len(queries), len(vectors)):
        similar = np.asarray(queries[part]) @ np.asarray(vectors).T
        nearest = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        far = 1 - np.take_along_axis(similar, nearest, axis=1)
        order = np.lexsort((nearest, far), axis=1)  # of equal ones the first
        rows[part] = np.take_along_axis(nearest, order, axis=1)
        distances[part] = np.maximum(np.take_along_axis(far, order, axis=1), 0)
        if tick is not None:
            tick(part.stop)
    return rows, distances


def neighbour_graph(
    vectors: Floats,
    k: int,
    *,
    seed: int | None,
    low_memory: bool,
    tick: Callable[[int], None] | None = None,
) -> tuple[Rows, Floats]:
    """The `k` nearest rows of each row, itself first, as umap-learn counts them.

    Exact for small inputs; else by nearest-neighbour descent (Dong, Moses and Li, 2011), as
    pynndescent does it, which cannot report how far it is.
    """
    if len(vectors) <= EXACT_ROWS:
        rows, distances = nearest_among(vectors, vectors, k, tick=tick)
        return _itself_first(rows, distances)
    rows, distances, _ = umap_module().nearest_neighbors(
        np.ascontiguousarray(vectors, dtype=np.float32),
        k,
        "cosine",
        {},
        True,
        np.random.RandomState(seed),
        low_memory=low_memory,
        n_jobs=-1 if seed is None else 1,
    )
    return _itself_first(rows.astype(np.int32), np.maximum(distances, 0).astype(np.float32))


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


def _parts(queries: int, rows: int) -> Iterator[slice]:
    step = max(1, _BLOCK_CELLS // max(rows, 1))
    for start in range(0, queries, step):
        yield slice(start, min(start + step, queries))
