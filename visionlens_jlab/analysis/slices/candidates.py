"""Slices that were chosen and those that may be, and what of their units they share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from visionlens_jlab.analysis.slices.terms import Slice


@dataclass
class Chosen:
    """A slice that was chosen, with those that have no effect of their own once it is given."""

    terms: Slice
    mask: np.ndarray
    """bool (n,) over the discovery half."""
    explains: list[Rival] = field(default_factory=list)
    degrees: list[Slice] = field(default_factory=list)
    """The same cut elsewhere, where that explains something more."""

    @property
    def fields(self) -> set[str]:
        """Of its terms."""
        return {term.feature.name for term in self.terms}


@dataclass(frozen=True)
class Rival:
    """A slice of the discovery half with an effect, and the factor its p is multiplied by.

    The factor is that of weighted Benjamini-Hochberg: tests of its depth times the number of
    depths, over all tests.
    """

    terms: Slice
    mask: np.ndarray
    factor: float


def may_say(other: Chosen, one: Chosen) -> bool:
    """Whether a slice said anew may say another too: with shared units, or but for one field."""
    if (one.mask & other.mask).any():
        return bool(one.fields & other.fields)
    differing = {term.feature.name for term in set(one.terms) ^ set(other.terms)}
    return one.fields == other.fields and len(differing) == 1


def is_part(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether all units of one are of the other."""
    return not bool((one & ~other).any())


def jaccard(one: np.ndarray, other: np.ndarray) -> float:
    """Units of both over units of either."""
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0
