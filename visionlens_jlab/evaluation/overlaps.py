"""Overlap of predictions with labels of the same image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .objects import Objects

_CHUNK = 1 << 17
"""Pairs at a time: what is worked out for them stays in the cache."""


class Pairs(NamedTuple):
    """Pairs that overlap; rows of predictions and labels, ascending by prediction, then label."""

    predictions: np.ndarray
    labels: np.ndarray
    iou: np.ndarray


def starts_of(images: np.ndarray, count: int) -> np.ndarray:
    """int64 (count + 1,): where each image's rows begin, rows being sorted by image."""
    return np.searchsorted(images, np.arange(count + 1)).astype(np.int64)


def side_by_side(
    labels: Objects, predictions: Objects, images: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of predictions and labels of one image, all pairs, some images at a time."""
    starts = starts_of(labels.images, images)
    many = np.diff(starts)[predictions.images]
    ends = np.cumsum(many)
    first = 0
    while first < len(predictions):
        done = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, done + _CHUNK, side="right")), first + 1)
        count = many[first:last]
        rows = np.repeat(np.arange(first, last), count)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        yield rows, starts[predictions.images[rows]] + within
        first = last


def box_iou(a: np.ndarray, b: np.ndarray, crowd: np.ndarray, extra: float = 0.0) -> np.ndarray:
    """IoU of boxes a and b (n, 4), row by row, as pycocotools' `bbIou` has it.

    Parameters
    ----------
    crowd : bool (n,)
        Where b is a crowd the intersection is divided by the area of a.
    extra : float
        1 where the last pixel belongs to a box (VOC's own code), so that sides are one longer.
    """
    low = np.maximum(a[:, :2], b[:, :2])
    sides = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:]) - low + extra
    inside = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)
    area_a = (a[:, 2] + extra) * (a[:, 3] + extra)
    area_b = (b[:, 2] + extra) * (b[:, 3] + extra)
    union = np.where(crowd, area_a, area_a + area_b - inside)
    result: np.ndarray = np.divide(inside, union, out=np.zeros(len(a)), where=inside > 0)
    return result


def box_pairs(
    labels: Objects, predictions: Objects, images: int, least: float, extra: float = 0.0
) -> Pairs:
    """Pairs of boxes of one image whose IoU is `least` or more; both sorted by image."""
    found = []
    for rows, others in side_by_side(labels, predictions, images):
        iou = box_iou(predictions.boxes[rows], labels.boxes[others], labels.crowd[others], extra)
        kept = iou >= least
        found.append(Pairs(rows[kept], others[kept], iou[kept]))
    return joined(found)


def joined(parts: list[Pairs]) -> Pairs:
    """All pairs of parts."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, np.zeros(0))
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
