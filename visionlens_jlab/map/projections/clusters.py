"""Clusters of a projection's points."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

FITTED = 20_000
"""So many points are clustered; of more, the others join the cluster of the nearest of them."""
_LEAST = 10
_SHARE = 1 / 200
"""The fewest points of a cluster: a number, or a share of all where that is more."""
_NEIGHBOURS = 5

Matrix = np.ndarray[Any, Any]


def can_cluster() -> bool:
    """Whether what clusters is installed (it comes with umap-learn)."""
    return find_spec("sklearn") is not None


def clusters(coordinates: Matrix, *, seed: int | None = 0) -> Matrix:
    """The cluster of each point, int32 (n,), 0 the largest; -1: it belongs to none.

    HDBSCAN (Campello, Moulavi and Sander 2013), in scikit-learn's implementation.

    Parameters
    ----------
    coordinates : np.ndarray
        float32 (n, 2 or 3).
    seed : int, optional
        Chooses the points of a sample where there are more than `FITTED`.
    """
    count = len(coordinates)
    if count < 2 * _LEAST:
        return np.full(count, -1, np.int32)
    chosen = np.arange(count)
    if count > FITTED:
        chosen = np.sort(np.random.default_rng(seed).choice(count, FITTED, replace=False))
    found = _fit(coordinates[chosen])
    if count > FITTED:
        from scipy.spatial import cKDTree

        found = found[cKDTree(coordinates[chosen]).query(coordinates)[1]]
    return _by_size(found)


def _fit(points: Matrix) -> Matrix:
    from sklearn.cluster import HDBSCAN

    least = max(_LEAST, round(len(points) * _SHARE))
    model = HDBSCAN(min_cluster_size=least, min_samples=_NEIGHBOURS, copy=True)
    labels: Matrix = model.fit(points).labels_
    return labels


def _by_size(labels: Matrix) -> Matrix:
    sizes = np.bincount(labels[labels >= 0])
    rank = np.empty(len(sizes) + 1, np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes), dtype=np.int32)
    rank[-1] = -1
    result: Matrix = rank[labels]
    return result
