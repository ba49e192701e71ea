"""Object keypoint similarity, COCO's overlap of keypoints (`COCOeval.computeOks`)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs
from visionlens_jlab.evaluation.matching.objects import Objects
from visionlens_jlab.evaluation.matching.overlaps import joined, side_by_side

COCO_SIGMAS = (
    0.026,
    *(0.025, 0.025),
    *(0.035, 0.035),
    *(0.079, 0.079),
    *(0.072, 0.072),
    *(0.062, 0.062),
    *(0.107, 0.107),
    *(0.087, 0.087),
    *(0.089, 0.089),
)
"""Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles."""


def points_of(objects: Objects) -> np.ndarray:
    """float64 (n, K, 3): x, y, visibility; zeros where there are none.

    Raises
    ------
    ValueError
        Objects with different numbers of keypoints.
    """
    shapes = [msgspec.json.decode(shape) if shape else [] for shape in objects.geometry or []]
    shapes = [shape if shape and not isinstance(shape[0], list) else [] for shape in shapes]
    counts = {len(shape) for shape in shapes if shape}
    if len(counts) > 1:
        raise ValueError("the objects have different numbers of keypoints")
    length = counts.pop() if counts else 0
    points = np.zeros((len(objects), length // 3, 3))
    for row, shape in enumerate(shapes):
        if shape:
            points[row] = np.reshape(shape, (-1, 3))
    return points


def sigmas_of(given: Sequence[float] | None, count: int) -> np.ndarray:
    """One for each keypoint; COCO's for 17.

    Raises
    ------
    ValueError
        There are not as many as keypoints.
    """
    sigmas = np.asarray(COCO_SIGMAS if given is None else given, dtype=np.float64)
    if len(sigmas) != count:
        raise ValueError(f"{count} keypoints need {count} sigmas, not {len(sigmas)}")
    return sigmas


def keypoint_pairs(
    labels: Objects,
    predictions: Objects,
    images: int,
    *,
    least: float,
    sigmas: Sequence[float] | None = None,
) -> Pairs:
    """Pairs of one image whose similarity is `least` or more."""
    true, seen = points_of(labels), points_of(predictions)
    count = max(true.shape[1], seen.shape[1])
    if min(true.shape[1], seen.shape[1]) not in (0, count):
        raise ValueError("labels and predictions have different numbers of keypoints")
    if not count:
        return joined([])
    true, seen = (
        each if each.shape[1] else np.zeros((len(each), count, 3)) for each in (true, seen)
    )
    spread = (2 * sigmas_of(sigmas, count)) ** 2
    found = []
    for rows, others in side_by_side(labels, predictions, images):
        scale = spread * (labels.areas[others, None] + np.spacing(1)) * 2
        similarity = _similarity(seen[rows], true[others], labels.boxes[others], scale)
        kept = similarity >= least
        found.append(Pairs(rows[kept], others[kept], similarity[kept]))
    return joined(found)


def _similarity(
    seen: np.ndarray, true: np.ndarray, boxes: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """Of pairs; where no keypoint is labelled the distance to the doubled box counts."""
    visible = true[:, :, 2] > 0
    some = np.asarray(visible.any(axis=1))
    offset = seen[:, :, :2] - true[:, :, :2]
    low = (boxes[:, :2] - boxes[:, 2:])[:, None]
    high = (boxes[:, :2] + 2 * boxes[:, 2:])[:, None]
    point = seen[:, :, :2]
    outside = np.maximum(low - point, 0) + np.maximum(point - high, 0)
    offset = np.where(some[:, None, None], offset, outside)
    likeness = np.exp(-(offset**2).sum(axis=2) / scale)
    counted = visible | ~some[:, None]
    result: np.ndarray = (likeness * counted).sum(axis=1) / counted.sum(axis=1)
    return result
