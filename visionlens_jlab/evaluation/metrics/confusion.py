"""Which classes are taken for which, at the operating point.

Matches stand first; where classes must agree, what is left of labels and predictions is then
matched across classes (falling confidence, then IoU, one to one). The rest is background.
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated, Pairs
from visionlens_jlab.evaluation.matching.matching import in_turn, match
from visionlens_jlab.evaluation.matching.outcomes import FALSE_NEGATIVE, FALSE_POSITIVE, Events

BACKGROUND = -1


def confused_labels(evaluated: Evaluated, found: Events) -> np.ndarray:
    """int32 (predictions,): label of another class that a false positive was taken for, or -1."""
    labels, predictions, pairs = evaluated.labels, evaluated.predictions, evaluated.pairs
    free_prediction = np.zeros(len(predictions.ids), dtype=bool)
    free_prediction[found.prediction[found.outcome == FALSE_POSITIVE]] = True
    free_label = np.zeros(len(labels.ids), dtype=bool)
    free_label[found.label[found.outcome == FALSE_NEGATIVE]] = True
    kept = free_prediction[pairs.predictions] & free_label[pairs.labels]
    if evaluated.settings.class_aware:
        kept &= predictions.classes[pairs.predictions] != labels.classes[pairs.labels]
    else:
        kept[:] = False
    left = Pairs(*(column[kept] for column in pairs))
    turn = np.zeros(len(predictions.ids), dtype=np.int32)
    rows = np.unique(left.predictions)
    turn[rows] = _turns(predictions.images[rows])
    none = np.zeros(len(labels.ids), dtype=bool)
    iou = np.array([evaluated.settings.operating_iou])
    taken_for: np.ndarray = match(
        in_turn(left, turn, iou), turn, ignored=none, crowd=none, thresholds=iou
    )[0]
    return taken_for


def _turns(images: np.ndarray) -> np.ndarray:
    """Place of each row among those of its image, rows being in turn already."""
    new = np.diff(images, prepend=-1) != 0
    rows = np.arange(len(images))
    turns: np.ndarray = rows - np.maximum.accumulate(np.where(new, rows, 0))
    return turns


def cells(evaluated: Evaluated, found: Events) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted class of each event, `BACKGROUND` where there is none.

    Both ends of a confusion are events of their own with the same cell. Ignored events have the
    cell (-2, -2).
    """
    labels, predictions = evaluated.labels, evaluated.predictions
    true = _class_of(labels.classes, found.label)
    predicted = _class_of(predictions.classes, found.prediction)
    taken_for = confused_labels(evaluated, found)
    hits = np.flatnonzero(taken_for >= 0)
    taken_by = np.full(len(labels.ids), -1, dtype=np.int32)
    taken_by[taken_for[hits]] = hits
    alone = found.outcome == FALSE_POSITIVE
    true[alone] = _class_of(labels.classes, taken_for[found.prediction[alone]])
    alone = found.outcome == FALSE_NEGATIVE
    predicted[alone] = _class_of(predictions.classes, taken_by[found.label[alone]])
    ignored = found.outcome > FALSE_NEGATIVE
    true[ignored] = predicted[ignored] = -2
    return true, predicted


def _class_of(classes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    padded = np.append(classes, BACKGROUND)
    return np.where(rows >= 0, padded[rows], BACKGROUND)
