"""Numbers that people would write."""

from __future__ import annotations

import math


def between(low: float, high: float) -> float:
    """The number with the fewest digits in [low, high); the middlemost of them.

    At `low` itself a cut `<=` still has `low` inside, at `high` it would take in too much.
    """
    if not low < high:
        return low
    middle = (low + high) / 2
    start = math.floor(math.log10(max(abs(low), abs(high), high - low, 1e-300))) + 1
    for digits in range(18):
        step = 10.0 ** (start - digits)
        for factor in (1.0, 0.5):
            width = step * factor
            found = round(middle / width) * width
            found = float(f"{found:.15g}")
            if low <= found < high:
                return found
    return low
