"""Overlap of masks, through COCO's run lengths.

hotcoco draws polygons and counts shared pixels exactly as pycocotools does (its `maskApi.c`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs
from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects
from visionlens_jlab.evaluation.matching.overlaps import joined, starts_of

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
