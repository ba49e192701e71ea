"""Overlap of predictions with labels of the same image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs
from visionlens_jlab.evaluation.matching.objects import Objects

_CHUNK = 1 << 17
"""Pairs at a time: what is worked out for them stays in the cache."""


def starts_of(images: np.ndarray, count: int) -> np.ndarray:
    """int64 (count + 1,): where each image's rows begin, rows being sorted by image."""
    return np.searchsorted(images, np.arange(count + 1)).astype(np.int64)


def side_by_side(
    labels: Objects, predictions: Objects, images: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of predictions and labels of one image, all pairs, some images at a time."""
    starts = starts_of(labels.images, images)
    return _in_parts(starts[predictions.images], starts[predictions.images + 1])


def _in_parts(first: np.ndarray, last: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each prediction with the places from `first` to `last` (int (predictions,), not included)."""
    many = np.maximum(last - first, 0)
    ends = np.cumsum(many)
    begin = 0
    while begin < len(many):
        done = ends[begin - 1] if begin else 0
        end = max(int(np.searchsorted(ends, done + _CHUNK, side="right")), begin + 1)
        count = many[begin:end]
        rows = np.repeat(np.arange(begin, end), count)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        yield rows, first[rows] + within
        begin = end


def _by_column(
    labels: Objects, predictions: Objects, extra: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels by image and left edge, and the places of those that may overlap each prediction.

    Where an image holds thousands of small objects most are never compared.
    """
    left, width = labels.boxes[:, 0], labels.boxes[:, 2]
    low, high = (predictions.boxes[:, 0], predictions.boxes[:, 0] + predictions.boxes[:, 2])
    order = np.lexsort((left, labels.images))
    widest = np.zeros(int(max(labels.images.max(initial=0), predictions.images.max(initial=0))) + 1)
    np.maximum.at(widest, labels.images, width)
    edges = np.concatenate([left, low - widest[predictions.images], high])
    least = edges.min(initial=0.0)
    span = edges.max(initial=0.0) - least + 2 * (extra + 1)
    slack = extra + 1e-14 * span * len(widest)
    keys = labels.images[order] * span + (left[order] - least)
    base = predictions.images * span - least
    first = np.searchsorted(keys, base + low - widest[predictions.images] - slack)
    last = np.searchsorted(keys, base + high + slack, side="right")
    return order, first, last


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


def box_pairs(labels: Objects, predictions: Objects, least: float, extra: float = 0.0) -> Pairs:
    """Pairs of boxes of one image whose IoU is `least` or more; both sorted by image."""
    order, first, last = _by_column(labels, predictions, extra)
    found = []
    for mine, places in _in_parts(first, last):
        near = labels.images[order[places]] == predictions.images[mine]
        rows, others = mine[near], order[places[near]]
        iou = box_iou(predictions.boxes[rows], labels.boxes[others], labels.crowd[others], extra)
        kept = np.flatnonzero(iou >= least)
        kept = kept[np.lexsort((others[kept], rows[kept]))]
        found.append(Pairs(rows[kept], others[kept], iou[kept]))
    return joined(found)


def joined(parts: list[Pairs]) -> Pairs:
    """All pairs of parts."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, np.zeros(0))
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))
