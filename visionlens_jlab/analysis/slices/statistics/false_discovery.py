"""Adjusting p values for the number of tests."""

from __future__ import annotations

import numpy as np


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
