"""Student's t and the normal distribution, without scipy."""

from __future__ import annotations

import math

import numpy as np

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
