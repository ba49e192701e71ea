"""A slice against the rest, with groups as the unit of inference, and what many tests cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import isnan, sqrt

import numpy as np

from visionlens_jlab.analysis.shapes import Effect
from visionlens_jlab.analysis.slices.units import Half, weights_of

_TINY = 1e-300
_ROUNDS = 400
_Z = 1.959963984540054


def t_two_sided(t: np.ndarray | float, df: np.ndarray | float) -> np.ndarray:
    """P(|T| >= |t|) with `df` degrees of freedom; NaN where t is. Shapes broadcast.

    The regularised incomplete beta function by its continued fraction (Press et al., Numerical
    Recipes, 6.4), which keeps the relative precision of far tails.
    """
    t, df = np.broadcast_arrays(np.asarray(t, np.float64), np.asarray(df, np.float64))
    x = df / (df + t**2)
    return np.asarray(_incomplete_beta(df / 2, 0.5, x))


def t_quantile(df: float) -> float:
    """Half width, in standard errors, of a two-sided 95% interval: t with P(|T| >= t) = .05."""
    low, high = _Z, 1e6
    # An asymptotic expansion (Abramowitz & Stegun 26.7.5) is close where df is not small.
    t = _Z + (_Z**3 + _Z) / (4 * df) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * df**2)
    for _ in range(100):
        p = float(t_two_sided(t, df))
        low, high = (t, high) if p > 0.05 else (low, t)
        step = (p - 0.05) / (2 * _density(t, df))
        if abs(step) < 1e-10 * t:
            break
        t = t + step if low < t + step < high else (low + high) / 2
    return t


def _density(t: float, df: float) -> float:
    front = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(front - (df + 1) / 2 * math.log1p(t * t / df))


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|)."""
    return math.erfc(abs(z) / math.sqrt(2))


def _incomplete_beta(a: np.ndarray, b: float, x: np.ndarray) -> np.ndarray:
    lgamma = np.vectorize(math.lgamma, otypes=[np.float64])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        front = np.exp(
            lgamma(a + b) - lgamma(a) - math.lgamma(b) + a * np.log(x) + b * np.log1p(-x)
        )
        direct = x < (a + 1) / (a + b + 2)
        result = np.where(
            direct,
            front * _fraction(a, np.full_like(a, b), np.where(direct, x, 0.5)) / a,
            1 - front * _fraction(np.full_like(a, b), a, np.where(direct, 0.5, 1 - x)) / b,
        )
    result = np.where(x >= 1, 1.0, np.where(x <= 0, 0.0, result))
    return np.where(np.isnan(x), np.nan, np.clip(result, 0.0, 1.0))


def _fraction(a: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Continued fraction of the incomplete beta function by Lentz's method."""
    c = np.ones_like(x)
    d = _safe(1 - (a + b) * x / (a + 1))
    d = 1 / d
    value = d
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _safe(1 + even * d), _safe(1 + even / c)
        value = value * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _safe(1 + odd * d), _safe(1 + odd / c)
        value = value * d * c
        if not (np.abs(d * c - 1) > 1e-14).any():
            break
    return value


def _safe(value: np.ndarray) -> np.ndarray:
    return np.where(np.abs(value) < _TINY, _TINY, value)


Tests = list[tuple[float, float]]
"""p in discovery and in confirmation of the tests made before."""


def benjamini_hochberg(p: np.ndarray, tests: float | None = None) -> np.ndarray:
    """Adjusted p values (Benjamini & Hochberg 1995), in the order given.

    `tests`: how many there were, where some are not in `p` because theirs is 1. With p divided by
    weights whose mean over the tests is 1 this is the weighted procedure of Genovese, Roeder &
    Wasserman (2006); such p may be greater than 1.
    """
    count = len(p) if tests is None else tests
    order = np.argsort(p, kind="stable")
    scaled = p[order] * count / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def holm(p: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Adjusted p values (Holm 1979), in the order given; with weights his weighted procedure."""
    shares = np.ones(len(p)) if weights is None else weights
    order = np.argsort(p / shares, kind="stable")
    left = np.cumsum(shares[order][::-1])[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] / shares[order] * left), 1.0)
    return adjusted


_NAN = float("nan")
_SHOWN = ("units", "groups", "events", "rate", "rest", "difference")
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
        return _effect(found)
    if binary and half.group_count == len(mask):
        return _by_wilson(found, len(mask) - found.units, half.values)
    usable = found.se > 0 and found.df > 0
    reach = t_quantile(found.df) * found.se if usable else float("nan")
    p = float(p_values(*(np.array([v]) for v in (found.difference, found.se, found.df)))[0])
    low, high = found.difference - reach, found.difference + reach
    return _effect(found, low=low, high=high, p=p) if usable else _effect(found, p=p)


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
    found: Contrast,
    *,
    low: float | None = None,
    high: float | None = None,
    p: float | None = None,
    method: str = "cluster-robust",
) -> Effect:
    """The shape of a contrast; null for what is undefined."""
    known = {name: getattr(found, name) for name in _SHOWN}
    defined = {name: None if isnan(value) else value for name, value in known.items()}
    return Effect(**defined, low=low, high=high, p=p, method=method)
