"""The graph of nearest neighbours that a layout starts from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from visionlens_jlab.map.projections.cells import Cells
from visionlens_jlab.map.projections.exact import Floats, Rows, nearest_among

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
