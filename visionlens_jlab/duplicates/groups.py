"""Groups of duplicates: equal files, and pairs that were decided on.

Nothing gets into a group through a single link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from visionlens_jlab.duplicates.table import Samples

CHECKED = 12
"""Members that a further one is compared with, beside the first; in smaller groups, all."""


class Member(NamedTuple):
    """A sample (by row) of a group; distance and confidence are those to the best one."""

    row: int
    distance: float
    confidence: float
    transform: str
    best: bool


def groups_of(
    pairs: Iterable[tuple[int, int]],
    alike: Callable[[int, int], float | None],
) -> list[list[int]]:
    """Groups of rows, each alike with each other one (complete linkage, greedily).

    The row with the most partners starts a group; those it is alike with join by descending
    confidence, each only when it is alike with the members already there too (in groups of more
    than `CHECKED` + 1: with the first and `CHECKED` others).

    Parameters
    ----------
    pairs : iterable of (int, int)
        Rows found to be alike.
    alike : callable
        Confidence of a pair, compared when it has not been; None: not alike.
    """
    partners: dict[int, dict[int, float]] = {}
    for one, two in pairs:
        confidence = alike(one, two)
        if confidence is not None:
            partners.setdefault(one, {})[two] = confidence
            partners.setdefault(two, {})[one] = confidence
    free = set(partners)
    groups = []
    for seed in sorted(partners, key=lambda row: (-len(partners[row]), row)):
        if seed not in free:
            continue
        members = [seed]
        candidates = sorted(
            (row for row in partners[seed] if row in free),
            key=lambda row: (-partners[seed][row], row),
        )
        for row in candidates:
            if all(alike(row, member) is not None for member in _spread(members[1:])):
                members.append(row)
        if len(members) > 1:
            free.difference_update(members)
            groups.append(sorted(members))
    return sorted(groups)


def _spread(members: list[int]) -> list[int]:
    """At most `CHECKED` of them, evenly."""
    step = max(1, -(-len(members) // CHECKED))
    return members[::step]


def exact_groups(samples: Samples) -> list[list[Member]]:
    """Groups of samples whose files are equal byte for byte, by their content hash."""
    return [
        [Member(row, 0.0, 1.0, "identical", best=row == rows[0]) for row in rows]
        for rows in sorted(samples.by_content().values())
    ]
