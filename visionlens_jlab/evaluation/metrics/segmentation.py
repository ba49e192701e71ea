"""Metrics of semantic masks: IoU and Dice of each class over the pixels of all images.

The masks of one class and image are taken together; pixels of labels that are ignored (`crowd`,
`difficult`) belong to nothing. A class that neither side shows has no figure.
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Figured, Table
from visionlens_jlab.evaluation.matching.matching import Prepared
from visionlens_jlab.evaluation.matching.overlaps import Rle
from visionlens_jlab.evaluation.metrics.classification import sums
from visionlens_jlab.evaluation.shapes import Metric

NAMES = {
    "mIoU": "IoU, mean of classes (pixels)",
    "Dice": "Dice, mean of classes (pixels)",
    "accuracy": "Pixel accuracy (share of labelled pixels found)",
}


def figured(prepared: Prepared, masks: tuple[list[Rle], list[Rle]], images: int) -> Figured:
    """Metrics over all images; `masks` of labels and predictions."""
    extra = pixel_counts(prepared, masks)
    weights = np.ones((images, 1))
    values, _ = figures(extra, weights, len(prepared.classes))
    metrics = [
        Metric(name=name, label=label, value=None if np.isnan(value) else float(value))
        for (name, label), value in zip(NAMES.items(), values[:, 0], strict=True)
    ]
    iou, dice = _of_classes(extra, weights, len(prepared.classes))
    return Figured(metrics, Table(["IoU", "Dice"], np.concatenate([iou, dice], axis=1)), extra)


def pixel_counts(prepared: Prepared, masks: tuple[list[Rle], list[Rle]]) -> dict[str, np.ndarray]:
    """Of each image and class on either side: pixels labelled, predicted, and both."""
    labels, predictions = prepared.labels, prepared.predictions
    ignored = labels.crowd | labels.ignore
    void = _together(labels.images, masks[0], ignored)
    count = len(prepared.classes)
    true = _together(labels.images * count + labels.classes, masks[0], ~ignored)
    seen = _together(
        predictions.images * count + predictions.classes,
        masks[1],
        np.ones(len(predictions), dtype=bool),
    )
    keys = sorted(true.keys() | seen.keys())
    rows = [_pixels(true.get(key), seen.get(key), void.get(key // count)) for key in keys]
    table = np.array(rows, dtype=np.float64).reshape(len(keys), 3)
    places = np.array(keys, dtype=np.int64)
    return {
        "pixel_image": places // max(count, 1),
        "pixel_class": places % max(count, 1),
        "pixel_counts": table,
    }


def _together(keys: np.ndarray, masks: list[Rle], kept: np.ndarray) -> dict[int, Rle]:
    from hotcoco import mask

    groups: dict[int, list[Rle]] = {}
    for row in np.flatnonzero(kept).tolist():
        groups.setdefault(int(keys[row]), []).append(masks[row])
    return {key: mask.merge(group) for key, group in groups.items()}


def _pixels(true: Rle | None, seen: Rle | None, void: Rle | None) -> tuple[int, int, int]:
    both = None if true is None or seen is None else [true, seen]
    return (
        _area([true], void) if true else 0,
        _area([seen], void) if seen else 0,
        _area(both, void) if both else 0,
    )


def _area(shared: list[Rle], void: Rle | None) -> int:
    """Pixels that all of them share, without those of `void`."""
    from hotcoco import mask

    area = int(mask.area(mask.merge(shared, intersect=True)))
    if void is None:
        return area
    return area - int(mask.area(mask.merge([*shared, void], intersect=True)))


def figures(
    extra: dict[str, np.ndarray], weights: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Metrics (3, R) and IoU of classes (classes, R) under weights (m, R) of images."""
    iou, dice = _of_classes(extra, weights, classes)
    counts = extra["pixel_counts"]
    drawn = weights[extra["pixel_image"]]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = counts[:, 2] @ drawn / (counts[:, 0] @ drawn)
    return np.stack([_mean(iou), _mean(dice), found]), iou


def _of_classes(
    extra: dict[str, np.ndarray], weights: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    drawn = weights[extra["pixel_image"]]
    true, seen, both = (
        sums(drawn * column[:, None], extra["pixel_class"], classes)
        for column in extra["pixel_counts"].T
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return both / (true + seen - both), 2 * both / (true + seen)


def _mean(values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=0) / known.sum(axis=0))
