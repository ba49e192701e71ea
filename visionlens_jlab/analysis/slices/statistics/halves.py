"""The units of one half, by group, and sums over groups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visionlens_jlab.analysis.slices.input import SliceInput, Units


@dataclass(frozen=True)
class Half:
    """Units of one half, sorted by group.

    Attributes
    ----------
    units : int64 (n,)
        Places in `Units.rows`.
    rows : int32 (n,)
        Of the population's table.
    values : float64 (n,)
    groups : int32 (n,)
        0 to `group_count` - 1, ascending.
    starts : int64 (group_count,)
        First unit of each group.
    """

    units: np.ndarray
    rows: np.ndarray
    values: np.ndarray
    groups: np.ndarray
    starts: np.ndarray

    @property
    def group_count(self) -> int:
        """Groups with a unit."""
        return len(self.starts)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over groups of values (n,) or (n, k)."""
        if not len(self.starts):
            return np.zeros((0, *values.shape[1:]))
        sums: np.ndarray = np.add.reduceat(values, self.starts, axis=0)
        return sums

    @cached_property
    def correlation(self) -> float:
        """Correlation of two values of one group."""
        return self.correlation_of(self.values - self.values.mean())

    def correlation_of(self, residuals: np.ndarray) -> float:
        """Mean correlation of two residuals of one group, over all pairs; 0 to 1.

        Large groups have the most pairs, so theirs counts most.
        """
        sizes = np.diff(np.append(self.starts, len(residuals))).astype(np.float64)
        pairs = float(sizes @ (sizes - 1))
        squares = float(residuals @ residuals)
        if not pairs or not squares:
            return 0.0
        sums = self.sums(residuals)
        shared = (float(sums @ sums) - squares) / pairs
        return min(max(shared / (squares / len(residuals)), 0.0), 1.0)

    @cached_property
    def weights(self) -> np.ndarray:
        """float64 (n,): what a unit of each group says; all of a group's are alike."""
        sizes = np.diff(np.append(self.starts, len(self.rows)))
        return np.asarray(weights_of(sizes, self.correlation)[self.groups])

    def count_groups(self, mask: np.ndarray) -> int:
        """Groups with a unit in the mask."""
        chosen = self.groups[mask]
        return int(np.count_nonzero(np.diff(chosen))) + 1 if len(chosen) else 0

    def without(self, groups: np.ndarray) -> np.ndarray:
        """bool (n,): units that are not of these groups."""
        dropped = np.zeros(self.group_count, dtype=bool)
        dropped[groups] = True
        kept: np.ndarray = ~dropped[self.groups]
        return kept


def half(given: SliceInput, units: Units, *, discovery: bool) -> Half:
    """One half of the units."""
    samples = given.sample_rows(units.population)[units.rows]
    group = given.groups[samples]
    chosen = np.flatnonzero((given.discovery[samples] == discovery) & (group >= 0))
    return _sorted(units, chosen, group[chosen])


def both(given: SliceInput, units: Units) -> Half:
    """Both halves together."""
    group = given.groups[given.sample_rows(units.population)[units.rows]]
    chosen = np.flatnonzero(group >= 0)
    return _sorted(units, chosen, group[chosen])


def _sorted(units: Units, chosen: np.ndarray, group: np.ndarray) -> Half:
    order = np.argsort(group, kind="stable")
    chosen, group = chosen[order], group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(np.append(starts, len(group)))
    return Half(
        chosen,
        units.rows[chosen],
        units.values[chosen].astype(np.float64),
        np.repeat(np.arange(len(starts), dtype=np.int32), sizes),
        starts,
    )


def weights_of(sizes: np.ndarray, correlation: float) -> np.ndarray:
    """What each of a group's units says, given how many there are and how alike they are.

    The inverse of the design effect, which is 1 + (size - 1) * correlation (Kish, Survey Sampling,
    1965, 5.4): many units of one group say little more than a few.
    """
    return np.asarray(1 / (1 + np.maximum(sizes - 1, 0) * correlation))
