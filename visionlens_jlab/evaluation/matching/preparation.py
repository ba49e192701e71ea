"""Putting the two sources in order: which objects take part, and in which turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs
from visionlens_jlab.evaluation.matching.objects import Objects
from visionlens_jlab.evaluation.settings import Settings

NO_CLASS = "(no class)"


@dataclass(frozen=True)
class Prepared:
    """Both sources by image (then class and the order given; predictions by confidence first).

    `rank`: turn of a prediction among those that share its labels (image, and class where classes
    must agree).
    """

    labels: Objects
    predictions: Objects
    rank: np.ndarray
    classes: list[str]
    warnings: list[str]


@dataclass(frozen=True)
class Matched:
    """Both sources with who found whom; what a protocol's figures are worked out from.

    Attributes
    ----------
    ignored : bool (labels,)
    pairs : Pairs
        All that overlap; `candidates` those of them that may match, as `in_turn` gives them.
    found : int32 (T, predictions)
        Label row at each of `settings.thresholds`, or -1.
    """

    prepared: Prepared
    settings: Settings
    ignored: np.ndarray
    pairs: Pairs
    candidates: Pairs
    found: np.ndarray


def prepare(
    labels: Objects, predictions: Objects, classes: list[str], settings: Settings
) -> Prepared:
    """Raises ValueError where a prediction has no confidence."""
    if np.isnan(predictions.scores).any():
        raise ValueError("every prediction needs a confidence")
    warnings: list[str] = []
    labels, predictions = (
        _placed(objects, name, settings, warnings)
        for objects, name in ((labels, "labels"), (predictions, "predictions"))
    )
    unnamed = int((labels.classes < 0).sum()), int((predictions.classes < 0).sum())
    if any(unnamed) and settings.class_aware:
        warnings.append(
            f"{unnamed[0]} labels and {unnamed[1]} predictions without a class take no part."
        )
        labels = labels.take(np.flatnonzero(labels.classes >= 0))
        predictions = predictions.take(np.flatnonzero(predictions.classes >= 0))
    elif any(unnamed):
        labels, predictions = (_named(each, len(classes)) for each in (labels, predictions))
        classes = [*classes, NO_CLASS]
    labels = labels.take(np.lexsort((labels.classes, labels.images)))
    order = np.lexsort((predictions.classes, -predictions.scores, predictions.images))
    predictions = predictions.take(order)
    rank = ranks(predictions.images, predictions.classes if settings.class_aware else None)
    if settings.limit is not None:
        first = rank < settings.limit
        predictions, rank = predictions.take(np.flatnonzero(first)), rank[first]
    return Prepared(labels, predictions, rank, classes, warnings)


def _placed(objects: Objects, name: str, settings: Settings, warnings: list[str]) -> Objects:
    """Those that have a box, where boxes are compared."""
    if settings.protocol not in ("coco", "voc") or settings.geometry != "box":
        return objects
    known = np.isfinite(objects.boxes).all(axis=1)
    if known.all():
        return objects
    warnings.append(f"{int((~known).sum())} {name} without a box take no part.")
    return objects.take(np.flatnonzero(known))


def _named(objects: Objects, name: int) -> Objects:
    return replace(objects, classes=np.where(objects.classes < 0, name, objects.classes))


def ranks(images: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
    """int32 (n,): how many rows before one are of its image (and class)."""
    count = len(images)
    if classes is None:
        order = np.arange(count)
        new = np.diff(images, prepend=-1) != 0
    else:
        order = np.lexsort((classes, images))
        new = (np.diff(images[order], prepend=-1) != 0) | (np.diff(classes[order], prepend=-1) != 0)
    starts = np.maximum.accumulate(np.where(new, np.arange(count), 0))
    rank = np.empty(count, dtype=np.int32)
    rank[order] = np.arange(count) - starts
    return rank
