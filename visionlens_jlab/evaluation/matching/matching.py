"""Putting the two sources in order, and which prediction finds which label.

Greedy, most confident first, as `COCOeval.evaluateImg` of pycocotools has it: a prediction takes
the label of the greatest IoU that is not taken yet; one that counts before one that is ignored; of
equal ones the last. A crowd is never taken. The n-th predictions of all images are handled at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

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


_BIG = 1 << 20


def in_turn(pairs: Pairs, rank: np.ndarray, thresholds: np.ndarray) -> Pairs:
    """The pairs that can match at some threshold, in the order `match` takes them."""
    near = pairs.iou >= _limits(thresholds).min(initial=1.0)
    rows, labels, iou = (column[near] for column in pairs)
    order = np.lexsort((-labels, -iou, rows, rank[rows]))
    return Pairs(rows[order], labels[order], iou[order])


def _limits(thresholds: np.ndarray) -> np.ndarray:
    """Nothing is asked to overlap wholly."""
    return np.asarray(np.minimum(thresholds, 1 - 1e-10))


def match(
    pairs: Pairs,
    rank: np.ndarray,
    *,
    ignored: np.ndarray,
    crowd: np.ndarray,
    thresholds: np.ndarray,
) -> np.ndarray:
    """Label row that each prediction finds, or -1.

    Parameters
    ----------
    pairs : Pairs
        Those that may match, as `in_turn` gives them.
    rank : int (predictions,)
        Order in which the predictions that share labels choose.
    ignored, crowd : bool (labels,)
    thresholds : float64 (T,)
        Least IoU of a match.

    Returns
    -------
    int32 (T, predictions)
    """
    limits = _limits(thresholds)[:, None]
    found = np.full((len(thresholds), len(rank)), -1, dtype=np.int32)
    rows, labels, iou = pairs
    taken = np.zeros((len(thresholds), len(ignored)), dtype=bool)
    ranks = rank[rows]
    borders = np.flatnonzero(np.diff(ranks, prepend=-1, append=-1))
    for start, stop in pairwise(borders):
        turn = slice(start, stop)
        near = iou[turn] >= limits
        near &= ~taken[:, labels[turn]] | crowd[labels[turn]]
        own, place, label = _choices(rows[turn], labels[turn], near, ignored)
        found[own, place] = label
        taken[own, label] = True
    return found


def _choices(
    rows: np.ndarray,
    labels: np.ndarray,
    near: np.ndarray,
    ignored: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Threshold, prediction and label of each match of one turn; the best pairs come first."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(starts, append=len(rows))
    left = np.repeat(starts + lengths, lengths) - np.arange(len(rows))
    worth = (left + np.where(ignored[labels], 0, _BIG)).astype(np.int32)
    best = np.maximum.reduceat(np.where(near, worth, 0), starts, axis=1)
    own, group = np.nonzero(best)
    position = starts[group] + lengths[group] - best[own, group] % _BIG
    return own, rows[starts[group]], labels[position]
