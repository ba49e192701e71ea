"""Bins with round edges, and counting into them exactly as comparisons with the edges would."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pyarrow as pa

Numbers = np.ndarray[Any, Any]
_BINS = 20
_LARGEST = sys.float_info.max


def edges(low: float, high: float, *, whole: bool) -> list[float]:
    """Ascending bin edges over [low, high], at most 22 of them; whole numbers for `whole`.

    Parameters
    ----------
    low, high : float
        Least and greatest value.
    whole : bool
        The values are whole numbers: a bin is never narrower than one of them.
    """
    step = _round_step(high / _BINS - low / _BINS)
    if whole:
        step = max(1.0, float(math.ceil(step)))
    if step <= 0 or not math.isfinite(step) or low + step == low:
        return [low, high] if high > low else [low, low + 1.0 if whole else low]
    first = math.floor(low / step)
    count = max(1, math.ceil(high / step) - first)
    if whole and (first + count) * step <= high:
        count += 1
    # Twelve digits: 0.15, not 0.15000000000000002.
    rounded = [float(f"{(first + i) * step:.12g}") for i in range(count + 1)]
    return [min(max(edge, -_LARGEST), _LARGEST) for edge in rounded]


def histogram(values: pa.ChunkedArray, bounds: list[float]) -> tuple[list[int], int]:
    """Values in each [bounds[i], bounds[i + 1]), the last bin closed; and how many are missing."""
    numbers = values.drop_null().to_numpy()
    finite = np.isfinite(numbers)
    if not finite.all():
        numbers = numbers[finite]
    counts = np.bincount(_places(numbers, np.asarray(bounds)), minlength=len(bounds) - 1)
    return counts.tolist(), values.null_count


def _places(numbers: Numbers, bounds: Numbers) -> Any:
    """The bin of each number; quicker than a search, as the bins are of one width but rounded."""
    last = len(bounds) - 2
    width = (float(bounds[-1]) - float(bounds[0])) / (last + 1)
    if not width > 0 or not math.isfinite(width):
        places = np.searchsorted(bounds, numbers, side="right") - 1
        return np.clip(places, 0, last)
    guess: Numbers = np.clip((numbers - bounds[0]) / width, 0, last).astype(np.int32)
    guess -= numbers < bounds[guess]
    guess += numbers >= bounds[guess + 1]
    # The last bin is closed; rounding an edge may leave its outermost value a hair outside.
    return np.clip(guess, 0, last)


def _round_step(step: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten."""
    if step <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 2.5, 5, 10):
        if step <= factor * power * (1 + 1e-9):
            return factor * power
    return 10 * power
