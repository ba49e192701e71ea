"""What became of each prediction and label at a confidence threshold, as events.

An event is a match, a prediction that found nothing, a label that nobody found, or something
ignored; both ends of a match are one event. Everything that is counted or selected is events, so
counts and the annotations behind them agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_jlab.core.views.outcome_shapes import Outcome
from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.errors import MISSED, error_types, missed

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
