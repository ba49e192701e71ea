"""What some slices lead one to expect of each unit, and what another slice has beyond it.

A generalised linear model with an indicator for each slice: log-odds of rates, logarithm of
counts, identity of scores. Two causes then may multiply their odds without an interaction being
claimed. It is fitted on the cells that the slices make, of which there are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .contrasts import robust
from .halves import Half, weights_of

Scale = Literal["rate", "count", "score"]
_RIDGE = 1e-6
_ROUNDS = 40
_LEAST_LEFT = 0.05
"""Share of a slice's information that is not that of others; below, there is no telling."""


@dataclass(frozen=True)
class Excess:
    """What a slice's units have beyond the expected, as a weighted mean.

    `se` with `df` is its error as the groups show it, whatever it is that groups share. `null` is
    the error that it had if there were no effect, groups being as alike as they are on average.
    """

    units: int
    mean: float
    se: float
    df: float
    null: float

    @property
    def z(self) -> float:
        """In standard errors without an effect: a score test (Rao 1948).

        Of few groups the error that they show is uncertain, and larger by the very effect; what
        is searched for is tested this way, what is confirmed is not.
        """
        return self.mean / self.null if self.null > 0 else 0.0


class Expected:
    """The model of a half, given masks (n,) of slices.

    Attributes
    ----------
    residuals : float64 (n,)
        Values less what is expected.
    """

    def __init__(self, half: Half, masks: list[np.ndarray], scale: Scale) -> None:
        self.half = half
        self._cells, design = _cells(len(half.values), masks)
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
        """float64 (cells,): the linear predictor without the slice that is number `at`."""
        kept = self._coefficients.copy()
        kept[1 + at] = 0.0
        return np.asarray(self._design @ kept)

    def sums(
        self, rows: np.ndarray, codes: np.ndarray, cover: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Weights and weighted values of the units of some slices, float64 (slices, cells).

        A group's units in a slice have the weight that so many of them have: of an object that is
        the only one of its group in the slice, the others say nothing.

        Parameters
        ----------
        rows : int64 (k,)
            Units, ascending.
        codes : int64 (k,)
            Of each of them, a column of `cover`.
        cover : float64 (slices, codes)
            1 where a slice has the units of a code.
        """
        width, count = cover.shape[1], self.half.group_count
        pairs, pair = np.unique(
            self._cells[rows] * count + self.half.groups[rows], return_inverse=True
        )
        cells, groups = np.divmod(pairs, count)
        key, size = pair * width + codes, len(pairs) * width
        units, values = (
            np.bincount(key, weights=each, minlength=size).reshape(-1, width) @ cover.T
            for each in (None, self.half.values[rows])
        )
        by_group = np.argsort(groups, kind="stable")
        weights = np.empty_like(units)
        weights[by_group] = self._weights(units[by_group], groups[by_group])
        counts, totals = np.zeros((2, len(self._variances), len(cover)))
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        counts[cells[starts]] = np.add.reduceat(weights * units, starts, axis=0)
        totals[cells[starts]] = np.add.reduceat(weights * values, starts, axis=0)
        return counts.T, totals.T

    def _weights(self, units: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Of units (k, slices) of groups (k,), ascending: by how many of each a slice has."""
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        sizes = np.add.reduceat(units, starts, axis=0)
        weights = weights_of(sizes, self._correlation)
        return np.repeat(weights, np.diff(np.append(starts, len(groups))), axis=0)

    def sums_of(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those of one slice, float64 (1, cells)."""
        rows = np.flatnonzero(mask)
        return self.sums(rows, np.zeros(len(rows), dtype=np.intp), np.ones((1, 1)))

    def excess(self, mask: np.ndarray) -> Excess:
        """What the units of a mask have beyond the expected, with a cluster-robust error.

        Each group adds its residuals about the slice's own mean, weighted as in a contrast, less
        what the fit of the model owes to the group (the efficient score of the slice's indicator).
        """
        rows = np.flatnonzero(mask)
        if not len(rows):
            return Excess(0, 0.0, 0.0, -1.0, 0.0)
        groups, inside = self.half.groups[rows], self.residuals[rows]
        count = self.half.group_count
        sizes = np.bincount(groups, minlength=count)
        weights = weights_of(sizes, self._correlation)
        total = float(weights @ sizes)
        sums = np.bincount(groups, weights=inside, minlength=count)
        mean = float(weights @ sums) / total
        by_cell = np.bincount(
            self._cells[rows], weights=weights[groups], minlength=len(self._variances)
        )
        owed = np.linalg.solve(self._information, self._design.T @ (by_cell * self._variances))
        additions = (weights * (sums - mean * sizes) - self._scores @ owed) / total
        there = int(np.count_nonzero(sizes))
        return Excess(
            len(rows),
            mean,
            float(np.sqrt(robust(additions, float(inside.var()) / total, there))),
            there - 1.0,
            self._null(rows, by_cell) / total,
        )

    def _null(self, rows: np.ndarray, by_cell: np.ndarray) -> float:
        """Error of the weighted sum of residuals of some units, if there is no effect of theirs.

        Less what the fit of the model takes of it, that of an indicator in its information.
        """
        weights = np.bincount(
            self._cells[rows], weights=self.half.weights[rows], minlength=len(self._variances)
        )
        own = weights * self._variances
        shared = self._design.T @ own
        left = 1 - float(shared @ np.linalg.solve(self._information, shared)) / float(own.sum())
        variance = self.dispersion * float(by_cell @ self._variances) * max(left, _LEAST_LEFT)
        return float(np.sqrt(variance))


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
    scale = expected.scale
    shift = np.zeros((len(counts), 1))
    for _ in range(_ROUNDS):
        means, weights = _inverse(offsets + shift, scale)
        slope = (totals - counts * means).sum(axis=1)
        step = slope / np.maximum((counts * weights).sum(axis=1), 1e-9)
        shift += np.clip(step, -1.0, 1.0)[:, None]
        if np.abs(step).max() < 1e-6:
            break
    shift = np.clip(shift, 0.0, 10.0)
    risen = _cumulant(offsets + shift, scale) - _cumulant(offsets, scale)
    return np.asarray((shift * totals - counts * risen).sum(axis=1) / expected.dispersion)


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
