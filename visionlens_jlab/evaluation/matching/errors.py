"""Error types after TIDE (Bolya et al., ECCV 2020), foreground IoU .5 and background IoU .1.

In the order of its reference implementation (tidecv): a prediction that found nothing overlaps a
label of its class by .1 to .5 (localisation), else one of another class by .5 (classification),
else one of its class that is taken (duplicate), else nothing by .1 (background), else one of
another class by .1 to .5 (both). A label that nobody found is missed unless a localisation or
classification error points at it. The type of a prediction does not depend on the threshold: what
decides it was more confident.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from visionlens_jlab.core.views.outcome_shapes import ErrorType
from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.settings import BACKGROUND, FOREGROUND

ERRORS: tuple[ErrorType, ...] = (
    "classification",
    "localisation",
    "both",
    "duplicate",
    "background",
    "missed",
)
CLASSIFICATION, LOCALISATION, BOTH, DUPLICATE, BACKGROUND_ERROR, MISSED = range(6)


class ErrorTypes(NamedTuple):
    """Of each prediction.

    Attributes
    ----------
    kind : int8
        Place in `ERRORS`, -1: no error.
    target : int32
        Label that a localisation or classification error points at, else -1.
    nearest : float64
        Greatest IoU with a label that counts, of any class; 0 below .1.
    """

    kind: np.ndarray
    target: np.ndarray
    nearest: np.ndarray


def error_types(evaluated: Evaluated) -> ErrorTypes:
    """Error type of each prediction, worked out once."""
    if "error_types" not in evaluated.cache:
        evaluated.cache["error_types"] = _error_types(evaluated)
    found: ErrorTypes = evaluated.cache["error_types"]
    return found


def _error_types(evaluated: Evaluated) -> ErrorTypes:
    labels, predictions, pairs = evaluated.labels, evaluated.predictions, evaluated.pairs
    count = len(predictions.ids)
    seen = ~labels.ignored[pairs.labels]
    same = predictions.classes[pairs.predictions] == labels.classes[pairs.labels]
    if not evaluated.settings.class_aware:
        same[:] = True
    own_iou, own = _best(evaluated, seen & same, count)
    other_iou, other = _best(evaluated, seen & ~same, count)
    partners = evaluated.foreground
    wrong = partners.label < 0
    nearest = np.maximum(own_iou, other_iou)
    kind = np.select(
        [
            (own_iou >= BACKGROUND) & (own_iou < FOREGROUND),
            other_iou >= FOREGROUND,
            own_iou >= FOREGROUND,
            nearest < BACKGROUND,
        ],
        [LOCALISATION, CLASSIFICATION, DUPLICATE, BACKGROUND_ERROR],
        BOTH,
    )
    kind = np.where(wrong, kind, -1).astype(np.int8)
    target = np.select([kind == LOCALISATION, kind == CLASSIFICATION], [own, other], -1)
    return ErrorTypes(kind, target.astype(np.int32), nearest)


def _best(evaluated: Evaluated, kept: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Greatest IoU of each prediction with the labels of some pairs, and the label; 0, -1."""
    rows, labels = evaluated.pairs.predictions[kept], evaluated.pairs.labels[kept]
    iou = evaluated.pairs.iou[kept]
    greatest, label = np.zeros(count), np.full(count, -1, dtype=np.int32)
    starts = np.flatnonzero(np.diff(rows, prepend=-1))  # pairs come by prediction
    if starts.size:
        greatest[rows[starts]] = np.maximum.reduceat(iou, starts)
    best = np.flatnonzero(iou == greatest[rows])[::-1]
    label[rows[best]] = labels[best]  # of equal ones the first: the last assignment stays
    return greatest, label


def missed(evaluated: Evaluated, confidence: float) -> np.ndarray:
    """bool (labels,): nobody at or above a threshold found it or points at it."""
    if "reach" not in evaluated.cache:
        evaluated.cache["reach"] = _reach(evaluated)
    reach: np.ndarray = evaluated.cache["reach"]
    lost: np.ndarray = (reach < confidence) & ~evaluated.labels.ignored
    return lost


def _reach(evaluated: Evaluated) -> np.ndarray:
    """Confidence up to which a label is not missed; -inf: always missed."""
    kinds, scores = error_types(evaluated), evaluated.predictions.scores
    reach = np.full(len(evaluated.labels.ids), -np.inf)
    for target in (kinds.target, evaluated.foreground.label):
        some = target >= 0
        np.maximum.at(reach, target[some], scores[some])
    return reach
