"""What the plots show, of one class or of all, and the confidence of the greatest F1."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.outcomes import (
    FALSE_POSITIVE,
    OUTCOMES,
    TRUE_POSITIVE,
    Events,
    events,
)
from visionlens_jlab.evaluation.metrics.average_precision import RECALLS, interpolate, iou_label
from visionlens_jlab.evaluation.metrics.classification import calibration
from visionlens_jlab.evaluation.settings import SHOWN_IOU
from visionlens_jlab.evaluation.shapes import Curve, Curves, HistogramBin


def f1_by_confidence(
    evaluated: Evaluated, number: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Falling confidences that occur, and F1 (all classes, or one) of what reaches them.

    Ignored predictions count neither way.
    """
    partners, predictions, labels = evaluated.operating, evaluated.predictions, evaluated.labels
    kept, counted = ~partners.ignored, ~labels.ignored
    if number is not None:
        found = partners.label
        own = (
            np.where(found >= 0, labels.classes[found], predictions.classes)
            if len(labels.ids)
            else predictions.classes
        )
        kept, counted = kept & (own == number), counted & (labels.classes == number)
    scores = predictions.scores[kept]
    hits = partners.label[kept] >= 0
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], np.cumsum(hits[order])
    last = np.flatnonzero(np.diff(scores, append=-np.inf))
    f1 = 2 * hits[last] / np.maximum(last + 1 + counted.sum(), 1)
    return scores[last], f1


def best_confidence(evaluated: Evaluated) -> float:
    """The threshold of the greatest F1 over all classes, the highest of equal ones; else 0."""
    scores, f1 = f1_by_confidence(evaluated)
    if not f1.size or f1.max() <= 0:
        return 0.0
    return float(scores[f1.argmax()])


_POINTS = 200
_LOWEST = -np.finfo(np.float64).max


def curves(
    evaluated: Evaluated, class_name: str | None = None, confidence: float | None = None
) -> Curves:
    """Curves and histograms of a class, or of all.

    Precision and recall, F1, calibration and the histogram of confidence are over all predictions;
    the histograms of IoU and area count at `confidence` (the evaluation's own).

    Raises
    ------
    KeyError
        There is no such class.
    """
    number = None
    if class_name is not None:
        if class_name not in evaluated.classes:
            raise KeyError(class_name)
        number = evaluated.classes.index(class_name)
    every = _of_class(events(evaluated, _LOWEST), number)
    at = evaluated.confidence if confidence is None else confidence
    counted = _of_class(events(evaluated, at), number)
    calibration, error = _calibration(every)
    return Curves(
        class_name=class_name,
        precision_recall=[_precision_recall(evaluated, iou, number) for iou in SHOWN_IOU],
        f1=_f1(evaluated, number),
        calibration=calibration,
        ece=error,
        histograms={
            "confidence": histogram(every.confidence, every.outcome, np.linspace(0, 1, 21)),
            "iou": histogram(counted.iou, counted.outcome, np.linspace(0, 1, 21)),
            "area": histogram(counted.area, counted.outcome, area_edges(counted.area)),
        },
    )


def _of_class(found: Events, number: int | None) -> Events:
    return found if number is None else found.take(found.classes == number)


class _ByClass(NamedTuple):
    """Predictions that count at one IoU, by class (agnostic: all one) and falling confidence."""

    hits: np.ndarray
    scores: np.ndarray
    starts: np.ndarray
    support: np.ndarray

    def of(self, number: int) -> slice:
        return slice(self.starts[number], self.starts[number + 1])


def _by_class(evaluated: Evaluated, iou: float) -> _ByClass:
    key = f"by class at {iou}"
    if key not in evaluated.cache:
        labels, predictions = evaluated.labels, evaluated.predictions
        aware, partners = evaluated.settings.class_aware, evaluated.partners(iou)
        count = len(evaluated.classes) if aware else 1
        classes = [each.classes if aware else 0 * each.classes for each in (predictions, labels)]
        kept = np.flatnonzero(~partners.ignored)
        order = kept[np.lexsort((kept, -predictions.scores[kept], classes[0][kept]))]
        evaluated.cache[key] = _ByClass(
            partners.label[order] >= 0,
            predictions.scores[order],
            np.searchsorted(classes[0][order], np.arange(count + 1)),
            np.bincount(classes[1][~labels.ignored], minlength=count),
        )
    found: _ByClass = evaluated.cache[key]
    return found


def _precision_recall(evaluated: Evaluated, iou: float, number: int | None) -> Curve:
    """Precision at COCO's 101 recalls; of all classes the mean over those with labels."""
    found = _by_class(evaluated, iou)
    asked = np.flatnonzero(found.support).tolist()
    confidence: list[float | None] = []
    if number is not None and evaluated.settings.class_aware:
        asked = [number] if number in asked else []
    curves = [interpolate(found.hits[found.of(each)], found.support[each]) for each in asked]
    precision = np.mean([curve.precision for curve in curves], axis=0) if curves else 0 * RECALLS
    if number is not None and len(curves) == 1:
        reached = np.append(found.scores[found.of(asked[0])], np.nan)[curves[0].rows]
        confidence = [None if np.isnan(score) else float(score) for score in reached]
    return Curve(
        name=iou_label([iou]), x=RECALLS.tolist(), y=precision.tolist(), confidence=confidence
    )


def _f1(evaluated: Evaluated, number: int | None) -> Curve:
    scores, f1 = f1_by_confidence(evaluated, number)
    scores, f1 = scores[::-1], f1[::-1]
    if len(scores) > _POINTS:
        rows = np.linspace(0, len(scores) - 1, _POINTS).astype(int)
        rows = np.union1d(rows, [f1.argmax()])
        scores, f1 = scores[rows], f1[rows]
    points = scores.tolist()
    return Curve(name="F1", x=points, y=f1.tolist(), confidence=points)


def _calibration(found: Events) -> tuple[Curve, float | None]:
    """Precision by mean confidence in bins of equal width, and the expected calibration error."""
    counted = np.isin(found.outcome, (TRUE_POSITIVE, FALSE_POSITIVE))
    scores, hits = found.confidence[counted], found.outcome[counted] == TRUE_POSITIVE
    confidence, precision, share = calibration(scores, hits)
    error = float((share * np.abs(precision - confidence)).sum()) if share.size else None
    return Curve(name="precision", x=confidence.tolist(), y=precision.tolist()), error


def histogram(values: np.ndarray, outcome: np.ndarray, edges: np.ndarray) -> list[HistogramBin]:
    """Counts by outcome in [low, high), the last bin closed; values of NaN are left out."""
    known = ~np.isnan(values)
    counts = {
        name: np.histogram(values[known & (outcome == number)], edges)[0]
        for number, name in enumerate(OUTCOMES)
    }
    return [
        HistogramBin(
            low=float(edges[row]),
            high=float(edges[row + 1]),
            counts={name: int(count[row]) for name, count in counts.items() if count[row]},
        )
        for row in range(len(edges) - 1)
    ]


def area_edges(areas: np.ndarray) -> np.ndarray:
    """Half powers of ten around all areas; below 1 all is one bin."""
    known = areas[~np.isnan(areas)]
    low = np.floor(2 * np.log10(max(known.min(initial=np.inf), 1.0))) if known.size else 0
    high = np.floor(2 * np.log10(max(known.max(initial=0), 1.0))) + 1
    edges = 10 ** (np.arange(min(low, high - 1), high + 1) / 2)
    return np.concatenate([[0.0], edges]) if known.size and known.min() < edges[0] else edges
