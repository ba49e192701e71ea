"""A slice against the rest: difference of two ratios with groups as the unit of inference."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from visionlens_jlab.analysis.shapes import Effect
from visionlens_jlab.analysis.slices.statistics.distributions import (
    normal_two_sided,
    t_quantile,
    t_two_sided,
)
from visionlens_jlab.analysis.slices.statistics.halves import Half, weights_of

_Z = 1.959963984540054
_NAN = float("nan")
_MANY_GROUPS = 100
"""From so many on the groups' own error is to be relied on."""


@dataclass(frozen=True)
class Contrast:
    """What one half says of a slice.

    `rate` and `rest` are plain means; `difference` is of means that weight groups by what they say,
    with `se` and `df`; NaN where undefined.
    """

    units: int
    groups: int
    events: float
    rate: float
    rest: float
    difference: float
    se: float
    df: float


def contrast(half: Half, mask: np.ndarray) -> Contrast:
    """The mean inside a mask (n,) less that outside, with a cluster-robust error.

    Both means are ratios of weighted group totals (Cochran, Sampling Techniques, 1977, 6.4), the
    weights being those of `weights_of`: a generalised estimating equation with exchangeable
    correlation (Liang & Zeger 1986). What a group adds to the difference is its residuals, and the
    groups' additions are independent.
    """
    inside = int(np.count_nonzero(mask))
    outside = len(mask) - inside
    events = float(half.values[mask].sum())
    if not inside or not outside:
        rate = events / inside if inside else _NAN
        return Contrast(inside, half.count_groups(mask), events, rate, _NAN, _NAN, _NAN, _NAN)
    one, other = _side(half, mask), _side(half, ~mask)
    groups = min(one.groups, other.groups)
    error = sqrt(robust(one.additions - other.additions, one.pooled + other.pooled, groups))
    return Contrast(
        units=inside,
        groups=one.groups,
        events=events,
        rate=events / inside,
        rest=(float(half.values.sum()) - events) / outside,
        difference=one.mean - other.mean,
        se=error,
        df=groups - 1,
    )


@dataclass(frozen=True)
class _Side:
    """Weighted mean of some units, what each group adds to its error, and its pooled variance."""

    mean: float
    additions: np.ndarray
    pooled: float
    groups: int


def _side(half: Half, mask: np.ndarray) -> _Side:
    rows = np.flatnonzero(mask)
    values, groups = half.values[rows], half.groups[rows]
    sizes = np.bincount(groups, minlength=half.group_count)
    weights = weights_of(sizes, half.correlation)
    total = float(weights @ sizes)
    sums = np.bincount(groups, weights=values, minlength=half.group_count)
    mean = float(weights @ sums) / total
    additions = weights * (sums - mean * sizes) / total
    return _Side(mean, additions, float(values.var()) / total, int(np.count_nonzero(sizes)))


def robust(additions: np.ndarray, pooled: float, groups: int) -> float:
    """Variance of a sum from what each group adds to it.

    Where few groups decide, that is too small by chance (Kauermann & Carroll 2001); it is at least
    `pooled` then, the one that the correlation within all groups gives.
    """
    shown = corrected(additions)
    return shown if groups >= _MANY_GROUPS else max(shown, pooled)


def corrected(additions: np.ndarray) -> float:
    """Variance of a sum from what each group adds to it; a group that adds nothing is none."""
    # Sums that cancel are seldom 0 to the last bit.
    least = 1e-9 * np.abs(additions).max(initial=0.0)
    groups = int(np.count_nonzero(np.abs(additions) > least))
    return float(additions @ additions) * groups / max(groups - 1, 1)


def p_values(differences: np.ndarray, errors: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Two-sided p of differences; 1 where there is no error or less than two groups."""
    usable = (errors > 0) & (df > 0)
    t = np.where(usable, differences / np.where(usable, errors, 1), 0.0)
    return np.where(usable, t_two_sided(t, np.where(usable, df, 1.0)), 1.0)


def effect(half: Half, mask: np.ndarray, *, binary: bool) -> Effect:
    """The contrast with its 95% interval and p.

    Where each unit is a group of its own and values are 0 or 1, Wilson intervals of both rates
    (Wilson 1927) give that of the difference (Newcombe 1998, method 10).
    """
    found = contrast(half, mask)
    if not found.units or found.units == len(mask):
        return _empty(found)
    if binary and half.group_count == len(mask):
        return _by_wilson(found, len(mask) - found.units, half.values)
    usable = found.se > 0 and found.df > 0
    reach = t_quantile(found.df) * found.se if usable else float("nan")
    p = float(p_values(*(np.array([v]) for v in (found.difference, found.se, found.df)))[0])
    return _effect(
        found,
        low=found.difference - reach if usable else None,
        high=found.difference + reach if usable else None,
        p=p,
        method="cluster-robust",
    )


def wilson(events: float, units: int) -> tuple[float, float]:
    """Interval of a proportion (Wilson 1927), 95%."""
    rate, square = events / units, _Z**2
    middle = (rate + square / (2 * units)) / (1 + square / units)
    reach = _Z * sqrt(rate * (1 - rate) / units + square / (4 * units**2)) / (1 + square / units)
    return middle - reach, middle + reach


def _by_wilson(found: Contrast, outside: int, values: np.ndarray) -> Effect:
    low, high = wilson(found.events, found.units)
    rest_low, rest_high = wilson(found.rest * outside, outside)
    pooled = float(values.mean())
    error = sqrt(pooled * (1 - pooled) * (1 / found.units + 1 / outside))
    return _effect(
        found,
        low=found.difference - sqrt((found.rate - low) ** 2 + (rest_high - found.rest) ** 2),
        high=found.difference + sqrt((high - found.rate) ** 2 + (found.rest - rest_low) ** 2),
        p=normal_two_sided(found.difference / error) if error else 1.0,
        method="Wilson",
    )


def _effect(
    found: Contrast, *, low: float | None, high: float | None, p: float, method: str
) -> Effect:
    return Effect(
        units=found.units,
        groups=found.groups,
        events=found.events,
        rate=found.rate,
        rest=found.rest,
        difference=found.difference,
        low=low,
        high=high,
        p=p,
        method=method,
    )


def _empty(found: Contrast) -> Effect:
    return Effect(
        units=found.units,
        groups=found.groups,
        events=found.events,
        rate=found.rate if found.units else None,
        rest=None,
        difference=None,
        low=None,
        high=None,
        p=None,
        method="cluster-robust",
    )
