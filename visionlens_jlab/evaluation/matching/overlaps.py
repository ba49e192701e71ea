"""Overlap of predictions with labels of the same image: of boxes, masks and keypoints.

Masks go through the run lengths of COCO: hotcoco draws polygons and counts shared pixels exactly as
pycocotools does (its `maskApi.c`). Keypoints have the object keypoint similarity
(`COCOeval.computeOks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs
from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects

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


Rle = dict[str, Any]


def run_lengths(objects: Objects, images: ImageInfo) -> list[Rle]:
    """COCO's compressed run lengths of each object; a box stands for itself.

    Raises
    ------
    ValueError
        Geometry that cannot be read.
    """
    shapes = objects.geometry or [None] * len(objects)
    sizes = images.sizes[objects.images].tolist()
    return [
        _run_lengths(shape, box, size)
        for shape, box, size in zip(shapes, objects.boxes.tolist(), sizes, strict=True)
    ]


def _run_lengths(shape: bytes | None, box: list[float], size: list[int]) -> Rle:
    from hotcoco import mask

    width, height = size
    stored = msgspec.json.decode(shape) if shape else None
    if isinstance(stored, dict):
        if isinstance(stored["counts"], list):
            found: Rle = mask.frPyObjects(stored, *stored["size"])
            return found
        return {"size": stored["size"], "counts": stored["counts"].encode()}
    if not stored or not isinstance(stored[0], list):
        x, y, w, h = box
        stored = [[x, y, x, y + h, x + w, y + h, x + w, y]]
    parts = [part for part in stored if len(part) >= 6]
    if not parts:
        raise ValueError("a polygon has fewer than three points")
    merged: Rle = mask.merge(mask.frPyObjects(parts, height, width))
    return merged


def with_mask_areas(predictions: Objects, masks: list[Rle]) -> Objects:
    """Predictions whose areas are the pixels of their masks, as pycocotools has them."""
    from hotcoco import mask

    areas = np.asarray(mask.area(masks), dtype=np.float64) if masks else np.zeros(0)
    return replace(predictions, areas=areas.reshape(len(predictions)))


def mask_pairs(
    labels: Objects,
    predictions: Objects,
    masks: tuple[list[Rle], list[Rle]],
    images: int,
    least: float,
) -> Pairs:
    """Pairs of one image whose masks' IoU is `least` or more; `masks` of labels, predictions."""
    from hotcoco import mask

    first, second = starts_of(labels.images, images), starts_of(predictions.images, images)
    found = []
    for image in np.unique(predictions.images).tolist():
        own = slice(first[image], first[image + 1])
        seen = slice(second[image], second[image + 1])
        if own.start == own.stop:
            continue
        crowd = labels.crowd[own].astype(int).tolist()
        iou = np.asarray(mask.iou(masks[1][seen], masks[0][own], crowd))
        rows, columns = np.nonzero(iou >= least)
        found.append(Pairs(rows + seen.start, columns + own.start, iou[rows, columns]))
    return joined(found)


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
