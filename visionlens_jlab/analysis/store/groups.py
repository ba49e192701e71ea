"""Which samples belong together: groups of inference, and clusters of their embeddings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import numbers, values_of
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.store.space_reader import SpaceReader
from visionlens_jlab.embeddings.vectors.segments import unit
from visionlens_jlab.map.store import clusters as cluster_rows

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids


_GROUPS = """
    SELECT dense_rank() OVER (ORDER BY s."group") AS number, s."group" IS NULL AS alone
    FROM sample s ORDER BY s.sample_id
"""
_COPIES = """
    SELECT d.kind || ' ' || d.group_id AS copies, d.sample_id FROM duplicate_member d
    JOIN sample s ON s.sample_id = d.sample_id ORDER BY copies, d.sample_id
"""


def read_groups(snapshot: Snapshot, sample_ids: Ids) -> Ids:
    """int32 (m,): the group of each sample, from 0.

    Samples of one value of the field `group` are of one group, and so are copies of each other:
    what hangs together over either is one. All others are groups of their own.

    `sample_ids`, uint32 (m,): all of the dataset, ascending.
    """
    table = snapshot.reader.arrow(_GROUPS)
    alone = values_of(table.column(1))
    number = np.where(
        alone, len(alone) + np.arange(len(alone)) + 1, values_of(table.column(0))
    ).astype(np.int64)
    _, groups = np.unique(number, return_inverse=True)
    joined = joined_groups(groups, *_copies(snapshot, sample_ids))
    return joined.astype(np.int32)


def _copies(snapshot: Snapshot, sample_ids: Ids) -> tuple[Ids, Ids]:
    """Rows of samples that are copies, pairwise: each with the one before it in its group."""
    table = snapshot.reader.arrow(_COPIES)
    rows = np.searchsorted(sample_ids, values_of(table.column(1)))
    names = table.column(0).to_pylist()
    same = np.array([a == b for a, b in pairwise(names)], dtype=bool)
    return rows[:-1][same], rows[1:][same]


def joined_groups(groups: Ids, first: Ids, second: Ids) -> Ids:
    """int64 (m,), from 0: groups, joined where a pair (rows `first`, `second`) has one in each.

    By union-find over the groups that pairs name.
    """
    parents = np.arange(int(groups.max(initial=-1)) + 1)

    def root(group: int) -> int:
        while parents[group] != group:
            parents[group] = group = parents[parents[group]]
        return group

    for one, other in zip(groups[first].tolist(), groups[second].tolist(), strict=True):
        a, b = root(one), root(other)
        parents[max(a, b)] = min(a, b)
    roots = np.array([root(group) for group in range(len(parents))], dtype=np.int64)
    return np.unique(roots[groups], return_inverse=True)[1] if len(groups) else groups


_FITTED_ON = 20_000
_ROUNDS = 30
_OF_A_CLUSTER = 200
"""Vectors, about; there are at most `_MOST` clusters."""
_MOST = 20


def missing_clusters(snapshot: Snapshot, request: AnalyseRequest) -> tuple[Level, pa.Table] | None:
    """Clusters of the space that a request names, else of the newest; level, and a table.

    The table is one for `cluster_rows.write_clusters`. None where there is a field of clusters, no
    space, none wanted, or too few vectors to tell clusters apart.

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
