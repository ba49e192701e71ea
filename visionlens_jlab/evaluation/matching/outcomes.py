"""What became of each prediction and label at a confidence threshold, and types of errors.

Outcomes are events. An event is a match, a prediction that found nothing, a label that nobody
found, or something ignored; both ends of a match are one event. Everything that is counted or
selected is events, so counts and the annotations behind them agree.

Error types are those of TIDE (Bolya et al., ECCV 2020), foreground IoU .5 and background IoU .1, in
the order of its reference implementation (tidecv): a prediction that found nothing overlaps a
label of its class by .1 to .5 (localisation), else one of another class by .5 (classification),
else one of its class that is taken (duplicate), else nothing by .1 (background), else one of
another class by .1 to .5 (both). A label that nobody found is missed unless a localisation or
classification error points at it. The type of a prediction does not depend on the threshold: what
decides it was more confident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from visionlens_jlab.core.views.shapes import ErrorType, Outcome
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
    """Whether nobody at or above a threshold found a label or points at it, bool (labels,)."""
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


OUTCOMES: tuple[Outcome, ...] = (
    "true_positive",
    "false_positive",
    "false_negative",
    "ignored",
)
TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE, IGNORED = range(4)


@dataclass(frozen=True)
class Events:
    """Events at one threshold; rows -1 and NaN where an end is missing.

    Attributes
    ----------
    outcome : int8 (n,)
        Place in `OUTCOMES`.
    prediction, label : int32 (n,)
        Rows of `Evaluated.predictions` and `.labels`.
    classes : int32 (n,)
        Class it is counted under: the label's, of a prediction alone its own.
    confidence : float64 (n,)
        Of the prediction.
    iou : float64 (n,)
        Of a match; of a false positive the greatest with any label that counts, 0 below .1.
    area : float64 (n,)
        Square pixels, of the label, of a prediction alone its own.
    error : int8 (n,)
        Place in `errors.ERRORS`, -1: none.
    images : int32 (n,)
    """

    outcome: np.ndarray
    prediction: np.ndarray
    label: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray
    iou: np.ndarray
    area: np.ndarray
    error: np.ndarray
    images: np.ndarray

    def take(self, kept: np.ndarray) -> Events:
        """These events."""
        return Events(*(value[kept] for value in vars(self).values()))


def events(evaluated: Evaluated, confidence: float) -> Events:
    """All events at a threshold; predictions below it do not exist."""
    partners, labels, predictions = evaluated.operating, evaluated.labels, evaluated.predictions
    counted = np.flatnonzero(predictions.scores >= confidence).astype(np.int32)
    label = partners.label[counted]
    outcome = np.where(label >= 0, TRUE_POSITIVE, FALSE_POSITIVE)
    outcome = np.where(partners.ignored[counted], IGNORED, outcome)
    alone = np.ones(len(labels.ids), dtype=bool)
    alone[label[outcome == TRUE_POSITIVE]] = False
    rest = np.flatnonzero(alone).astype(np.int32)
    prediction = np.concatenate([counted, np.full(len(rest), -1, dtype=np.int32)])
    label = np.concatenate([label, rest])
    left = np.where(labels.ignored[rest], IGNORED, FALSE_NEGATIVE)
    outcome = np.concatenate([outcome, left]).astype(np.int8)
    return Events(
        outcome,
        prediction,
        label,
        _of(labels.classes, label, _of(predictions.classes, prediction, -1)),
        _of(predictions.scores, prediction, np.nan),
        _overlaps(evaluated, outcome, prediction),
        _of(labels.areas, label, _of(predictions.areas, prediction, np.nan)),
        _errors(evaluated, confidence, outcome, prediction, label),
        _of(labels.images, label, _of(predictions.images, prediction, -1)),
    )


def _of(values: np.ndarray, rows: np.ndarray, otherwise: np.ndarray | float) -> np.ndarray:
    """Values of rows; something else where a row is -1."""
    padded = np.append(values, values.dtype.type(0))
    return np.where(rows >= 0, padded[rows], otherwise)


def _overlaps(evaluated: Evaluated, outcome: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    matched = _of(evaluated.operating.iou, prediction, np.nan)
    nearest = _of(error_types(evaluated).nearest, prediction, np.nan)
    return np.where(outcome == FALSE_POSITIVE, nearest, matched)


def _errors(
    evaluated: Evaluated,
    confidence: float,
    outcome: np.ndarray,
    prediction: np.ndarray,
    label: np.ndarray,
) -> np.ndarray:
    kinds = error_types(evaluated)
    own = _of(kinds.kind, prediction, -1)
    lost = _of(missed(evaluated, confidence), label, False).astype(bool)
    error = np.where(outcome == FALSE_NEGATIVE, np.where(lost, MISSED, -1), own)
    return np.where((outcome == IGNORED), -1, error).astype(np.int8)
