"""Clusters of embeddings for analyses, where no projection has made any yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.store.space_reader import SpaceReader
from visionlens_jlab.embeddings.vectors.segments import unit
from visionlens_jlab.map.store import clusters as cluster_rows

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids

_FITTED_ON = 20_000
_ROUNDS = 30
_OF_A_CLUSTER = 200
"""Vectors, about; there are at most `_MOST` clusters."""
_MOST = 20


def missing_clusters(snapshot: Snapshot, request: AnalyseRequest) -> tuple[Level, pa.Table] | None:
    """Clusters of the space that a request names, else of the newest; level, and a table.

    The table is one for `cluster_rows.write_clusters`. None where there is a field of clusters, no
    space, none wanted, or too few vectors to tell clusters apart.

    Raises
    ------
    VisionLensError
        SPACE_NOT_FOUND, VECTORS_INVALID.
    """
    known = snapshot.reader.rows(
        "SELECT count(*) FROM field WHERE source_name = ?", [cluster_rows.SOURCE]
    )
    spaces = [row[0] for row in embedding_rows.read_spaces(snapshot.reader)]
    if known[0][0] or request.space == "" or not (request.space or spaces):
        return None
    space = request.space or spaces[-1]
    ids, vectors = SpaceReader(snapshot).segments(space).read()
    count = min(_MOST, len(ids) // _OF_A_CLUSTER)
    if count < 2:
        return None
    order = np.argsort(ids)
    cluster = k_means(unit(vectors[order]), count)
    columns = {"id": numbers(ids[order], pa.uint32()), "cluster": numbers(cluster, pa.int32())}
    return SpaceReader(snapshot).level(space), pa.table(columns)


def k_means(vectors: Ids, count: int) -> Ids:
    """int32 (n,): the cluster of each vector, 0 the largest; the same vectors give the same.

    Lloyd's algorithm from k-means++ (Arthur & Vassilvitskii 2007), fitted on up to 20,000 rows.

    Parameters
    ----------
    vectors : float32 (n, d)
    count : int
        Clusters, at most n.
    """
    rows = np.linspace(0, len(vectors) - 1, min(len(vectors), _FITTED_ON)).astype(np.int64)
    fitted = np.ascontiguousarray(vectors[rows], dtype=np.float32)
    centres = _first(fitted, count)
    for _ in range(_ROUNDS):
        nearest = _nearest(fitted, centres)
        sizes = np.bincount(nearest, minlength=count)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, fitted)
        moved = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
        if np.allclose(moved, centres, atol=1e-6):
            break
        centres = moved
    found = _nearest(vectors, centres)
    sizes = np.bincount(found, minlength=count)
    place = np.empty(count, dtype=np.int32)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count)
    return place[found]


def _first(vectors: Ids, count: int) -> Ids:
    """Centres far from each other, float32 (count, d)."""
    rng = np.random.default_rng(0)
    chosen = [int(rng.integers(len(vectors)))]
    distance = _squares(vectors, vectors[chosen[0]])
    while len(chosen) < count:
        total = float(distance.sum())
        drawn = rng.random() * total
        at = int(np.searchsorted(np.cumsum(distance), drawn)) if total else len(chosen)
        chosen.append(min(at, len(vectors) - 1))
        distance = np.minimum(distance, _squares(vectors, vectors[chosen[-1]]))
    centres: Ids = vectors[chosen].copy()
    return centres


def _squares(vectors: Ids, centre: Ids) -> Ids:
    apart = vectors - centre
    squares: Ids = np.einsum("ij,ij->i", apart, apart, dtype=np.float64)
    return squares


def _nearest(vectors: Ids, centres: Ids) -> Ids:
    reach = (centres * centres).sum(axis=1) / 2
    parts = [
        np.argmax(vectors[start : start + _FITTED_ON] @ centres.T - reach, axis=1)
        for start in range(0, len(vectors), _FITTED_ON)
    ]
    return np.concatenate(parts)
