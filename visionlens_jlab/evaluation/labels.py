"""Words for figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def iou_label(values: Sequence[float]) -> str:
    """`IoU .50`, `IoU .50:.95` or `IoU .30, .60`: the range that a metric is about."""
    shown = [f"{value:.2f}".removeprefix("0") for value in values]
    if len(shown) == 1:
        return f"IoU {shown[0]}"
    steps = [second - first for first, second in pairwise(values)]
    if max(steps) - min(steps) < 1e-6 and len(values) > 2:
        return f"IoU {shown[0]}:{shown[-1]}"
    return f"IoU {', '.join(shown)}"
