"""The groups that an analysis takes as its units of inference."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.core.system.arrow_columns import values_of

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

    Parameters
    ----------
    snapshot : Snapshot
    sample_ids : uint32 (m,)
        All of the dataset, ascending.
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
