"""What some slices lead one to expect of each unit, and what another slice has beyond it.

A generalised linear model with an indicator for each slice: log-odds of rates, logarithm of
counts, identity of scores. Two causes then may multiply their odds without an interaction being
claimed. It is fitted on the cells that the slices make, of which there are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from visionlens_jlab.analysis.slices.contrasts import robust
from visionlens_jlab.analysis.slices.units import Half, weights_of

Scale = Literal["rate", "count", "score"]
_RIDGE = 1e-6
_ROUNDS = 40
_LEAST_LEFT = 0.05
"""Share of a slice's information that is not that of others; below, there is no telling."""


@dataclass(frozen=True)
class Excess:
    """What a slice's units have beyond the expected, as a weighted mean with its error."""

    groups: int
    mean: float
    se: float

    @property
    def z(self) -> float:
        """In standard errors."""
        return self.mean / self.se if self.se > 0 else 0.0


@dataclass(frozen=True)
class _Weighed:
    """The units of a slice, and each group of them: number, units, weight, sum of residuals."""

    rows: np.ndarray
    groups: np.ndarray
    sizes: np.ndarray
    weights: np.ndarray
    sums: np.ndarray
    by_cell: np.ndarray
    """Weights of units in each cell."""

    @property
    def total(self) -> float:
        """Weights of all units."""
        return float(self.weights @ self.sizes)

    @property
    def mean(self) -> float:
        """Of the residuals."""
        return float(self.weights @ self.sums) / self.total


class Expected:
    """The model of a half, given masks (n,) of slices, and some of them to other degrees.

    `degrees`: number of a slice, and the mask that it has to another degree.

    Attributes
    ----------
    residuals : float64 (n,)
        Values less what is expected.
    """

    def __init__(
        self,
        half: Half,
        masks: list[np.ndarray],
        scale: Scale,
        degrees: Sequence[tuple[int, np.ndarray]] = (),
    ) -> None:
        self.half = half
        self._owners = np.array([-1, *range(len(masks)), *(at for at, _ in degrees)])
        self._cells, design = _cells(len(half.values), [*masks, *(mask for _, mask in degrees)])
        self._design = np.column_stack([np.ones(len(design)), design])
        counts = np.bincount(self._cells, weights=half.weights, minlength=len(design))
        totals = np.bincount(self._cells, weights=half.weights * half.values, minlength=len(design))
        self.scale = scale
        self._coefficients = _fit(self._design, counts, totals, scale)
        means, self._variances = _inverse(self._design @ self._coefficients, scale)
        self.residuals = half.values - means[self._cells]
        information = (self._design * (self._variances * counts)[:, None]).T @ self._design
        self._information = information + _RIDGE * np.eye(len(information))
        self._correlation = half.correlation_of(self.residuals)
        self.dispersion = 1.0
        if scale != "rate":
            squares = self.residuals**2 / np.maximum(self._variances, 1e-9)[self._cells]
            self.dispersion = float(half.weights @ squares / half.weights.sum())
        self._scores = half.sums(
            self._design[self._cells] * (half.weights * self.residuals)[:, None]
        )

    def offsets(self, at: int) -> np.ndarray:
        """float64 (cells,): the linear predictor without slice number `at`, to any degree."""
        kept = np.where(self._owners == at, 0.0, self._coefficients)
        return np.asarray(self._design @ kept)

    def part(self, rows: np.ndarray) -> Part:
        """Some units, int64 (k,), ascending."""
        return Part(self, rows)

    def sums_of(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those of one slice, float64 (1, cells)."""
        rows = np.flatnonzero(mask)
        return self.part(rows).sums(np.zeros(len(rows), dtype=np.intp), np.ones((1, 1)))

    def excess(self, mask: np.ndarray) -> Excess:
        """With the error that it had if there were no effect: a score test (Rao 1948).

        Of few groups the error that they show is uncertain, and larger by the very effect; what
        is searched for is tested this way, what is confirmed is not.
        """
        part = self._weigh(mask)
        if not len(part.rows):
            return Excess(0, 0.0, 0.0)
        return Excess(len(part.groups), part.mean, self._null(part) / part.total)

    def robust_excess(self, mask: np.ndarray) -> Excess:
        """With the error that its groups show, whatever it is that they share.

        Each group adds its residuals about the slice's own mean, weighted as in a contrast, less
        what the fit of the model owes to the group (the efficient score of the slice's indicator).
        """
        part = self._weigh(mask)
        if not len(part.rows):
            return Excess(0, 0.0, 0.0)
        owed = np.linalg.solve(self._information, self._design.T @ (part.by_cell * self._variances))
        additions = -(self._scores @ owed)
        additions[part.groups] += part.weights * (part.sums - part.mean * part.sizes)
        pooled = float(self.residuals[part.rows].var()) / part.total
        variance = robust(additions / part.total, pooled, len(part.groups))
        return Excess(len(part.groups), part.mean, float(np.sqrt(variance)))

    def _weigh(self, mask: np.ndarray) -> _Weighed:
        rows = np.flatnonzero(mask)
        groups = self.half.groups[rows]
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        sizes = np.diff(np.append(starts, len(rows)))
        weights = weights_of(sizes, self._correlation)
        sums = np.add.reduceat(self.residuals[rows], starts) if len(rows) else np.zeros(0)
        by_cell = np.bincount(
            self._cells[rows], weights=np.repeat(weights, sizes), minlength=len(self._variances)
        )
        return _Weighed(rows, groups[starts], sizes, weights, sums, by_cell)

    def _null(self, part: _Weighed) -> float:
        """Error of the weighted sum of residuals of some units, if there is no effect of theirs.

        Less what the fit of the model takes of it, that of an indicator in its information.
        """
        weights = np.bincount(
            self._cells[part.rows],
            weights=self.half.weights[part.rows],
            minlength=len(self._variances),
        )
        own = weights * self._variances
        shared = self._design.T @ own
        left = 1 - float(shared @ np.linalg.solve(self._information, shared)) / float(own.sum())
        variance = self.dispersion * float(part.by_cell @ self._variances) * max(left, _LEAST_LEFT)
        return float(np.sqrt(variance))


class Part:
    """Units of a half in the order of the model's cells and their groups."""

    def __init__(self, expected: Expected, rows: np.ndarray) -> None:
        half = expected.half
        pairs, self._pair = np.unique(
            expected._cells[rows] * half.group_count + half.groups[rows], return_inverse=True
        )
        cells, groups = np.divmod(pairs, half.group_count)
        self._values, self._pairs = half.values[rows], len(pairs)
        self._correlation, self._cells = expected._correlation, len(expected._variances)
        self._starts = np.flatnonzero(np.diff(cells, prepend=-1))
        self._there = cells[self._starts]
        self._by_group = np.argsort(groups, kind="stable")
        groups = groups[self._by_group]
        self._group_starts = np.flatnonzero(np.diff(groups, prepend=-1))
        self._group_sizes = np.diff(np.append(self._group_starts, len(groups)))

    def sums(self, codes: np.ndarray, cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights and weighted values of the units of some slices, float64 (slices, cells).

        A group's units in a slice have the weight that so many of them have: of an object that is
        the only one of its group in the slice, the others say nothing.

        Parameters
        ----------
        codes : int64 (k,)
            Of each unit, a column of `cover`.
        cover : bool (slices, codes)
            Where a slice has the units of a code.
        """
        return self.sums_of(self.table(codes, cover.shape[1]), cover)

    def table(self, codes: np.ndarray, width: int) -> np.ndarray:
        """Units of each of so many codes and the sum of their values, by cell and group."""
        key, size = self._pair * width + codes, self._pairs * width
        return np.stack(
            [
                np.bincount(key, weights=each, minlength=size).reshape(-1, width) * 1.0
                for each in (None, self._values)
            ]
        )

    def sums_of(self, table: np.ndarray, cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, of codes in a table."""
        return self._sums(table @ cover.T.astype(np.float64))

    def sums_of_cuts(
        self, bins: np.ndarray, cuts: int, *, above: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same of the slices up to each of some cuts, or above it; `bins` int64 (k,)."""
        upto = np.cumsum(self.table(bins, cuts + 1), axis=2)
        return self._sums(upto[:, :, -1:] - upto[:, :, :-1] if above else upto[:, :, :-1])

    def _sums(self, of_slices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of units and values of some slices, by cell and group."""
        units, values = of_slices
        weights = np.empty_like(units)
        weights[self._by_group] = self._weights(units[self._by_group])
        counts, totals = np.zeros((2, self._cells, units.shape[1]))
        if self._pairs:
            counts[self._there] = np.add.reduceat(weights * units, self._starts, axis=0)
            totals[self._there] = np.add.reduceat(weights * values, self._starts, axis=0)
        return counts.T, totals.T

    def _weights(self, units: np.ndarray) -> np.ndarray:
        """Of units (k, slices) in the order of groups: by how many of each a slice has."""
        if not len(units):
            return units
        sizes = np.add.reduceat(units, self._group_starts, axis=0)
        return np.repeat(weights_of(sizes, self._correlation), self._group_sizes, axis=0)


def _cells(units: int, masks: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Cell of each unit, int64 (n,), and which slices each cell lies in, float64 (cells, k)."""
    cells, design = np.zeros(units, dtype=np.int64), np.zeros((1, 0))
    for mask in masks:
        cells = cells * 2 + mask
        there = np.flatnonzero(np.bincount(cells, minlength=2 * len(design)))
        place = np.zeros(2 * len(design), dtype=np.int64)
        place[there] = np.arange(len(there))
        design = np.column_stack([design[there // 2], there % 2])
        cells = place[cells]
    return cells, design


def _fit(design: np.ndarray, counts: np.ndarray, totals: np.ndarray, scale: Scale) -> np.ndarray:
    """Coefficients, by iteratively reweighted squares."""
    overall = totals.sum() / counts.sum()
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = _link(overall, scale)
    penalty = _RIDGE * counts.sum() * np.eye(design.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(_ROUNDS):
        means, weights = _inverse(design @ coefficients, scale)
        information = (design * (weights * counts)[:, None]).T @ design + penalty
        slope = design.T @ (totals - counts * means) - penalty @ coefficients
        step = np.linalg.solve(information + 1e-12 * np.eye(len(information)), slope)
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-8:
            break
    return coefficients


def gains(
    counts: np.ndarray, totals: np.ndarray, offsets: np.ndarray, expected: Expected
) -> np.ndarray:
    """What the likelihood's logarithm gains by an effect of each of some slices.

    Parameters
    ----------
    counts, totals : float64 (slices, cells)
        Weights of a slice's units, and their weighted values.
    offsets : float64 (cells,)
        Linear predictor without the slice.

    Returns
    -------
    float64 (slices,)
        0 where it is not worse.
    """
    scale, found = expected.scale, np.zeros(len(counts))
    there = counts.any(axis=0)
    counts, totals, offsets = counts[:, there], totals[:, there], offsets[there]
    # The likelihood is concave: where it does not rise at once, no effect is the best of them.
    worse = np.flatnonzero((totals - counts * _inverse(offsets, scale)[0]).sum(axis=1) > 0)
    counts, totals = counts[worse], totals[worse]
    shift = np.zeros((len(worse), 1))
    for _ in range(_ROUNDS if len(worse) else 0):
        means, weights = _inverse(offsets + shift, scale)
        slope = (totals - counts * means).sum(axis=1)
        step = slope / np.maximum((counts * weights).sum(axis=1), 1e-9)
        shift += np.clip(step, -1.0, 1.0)[:, None]
        if np.abs(step).max() < 1e-6:
            break
    shift = np.clip(shift, 0.0, 10.0)
    risen = _cumulant(offsets + shift, scale) - _cumulant(offsets, scale)
    found[worse] = (shift * totals - counts * risen).sum(axis=1) / expected.dispersion
    return found


def _cumulant(linear: np.ndarray, scale: Scale) -> np.ndarray:
    """What the mean is the derivative of."""
    if scale == "score":
        return np.asarray(linear**2 / 2)
    linear = np.clip(linear, -30, 30)
    return np.asarray(np.exp(linear) if scale == "count" else np.logaddexp(0.0, linear))


def _link(mean: float, scale: Scale) -> float:
    if scale == "rate":
        kept = min(max(mean, 1e-6), 1 - 1e-6)
        return float(np.log(kept / (1 - kept)))
    return float(np.log(max(mean, 1e-6))) if scale == "count" else mean


def _inverse(linear: np.ndarray, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    if scale == "score":
        return linear, np.ones_like(linear)
    if scale == "count":
        means = np.exp(np.clip(linear, -30, 30))
        return means, means
    means = 1 / (1 + np.exp(-np.clip(linear, -30, 30)))
    return means, means * (1 - means)
