"""Counts at any threshold, from what one evaluation kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.outcomes import (
    ERRORS,
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    IGNORED,
    TRUE_POSITIVE,
    Events,
    events,
)
from visionlens_jlab.evaluation.metrics.confusion import BACKGROUND, cells
from visionlens_jlab.evaluation.metrics.delta import delta_ap
from visionlens_jlab.evaluation.shapes import (
    ClassMetrics,
    ConfusionCell,
    Counts,
    ErrorShare,
    OperatingPoint,
)


def recount(
    evaluated: Evaluated, confidence: float | None = None, images: np.ndarray | None = None
) -> Counts:
    """Counts at a confidence, equal to those of a fresh evaluation there.

    Parameters
    ----------
    confidence : float, optional
        The evaluation's own where it is None.
    images : bool (m,), optional
        Rows of images that are counted.
    """
    confidence = evaluated.confidence if confidence is None else confidence
    found = events(evaluated, confidence)
    true, predicted = cells(evaluated, found)
    if images is not None:
        kept = images[found.images]
        found, true, predicted = found.take(kept), true[kept], predicted[kept]
    tp, fp, fn = (
        int((found.outcome == kind).sum())
        for kind in (TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE)
    )
    return Counts(
        operating_point=operating_point(evaluated, confidence),
        true_positives=tp,
        false_positives=fp,
        false_negatives=fn,
        ignored=_ignored(found),
        precision=ratio(tp, tp + fp),
        recall=ratio(tp, tp + fn),
        f1=ratio(2 * tp, 2 * tp + fp + fn),
        per_class=per_class(evaluated, found),
        confusion=_confusion(evaluated.classes, found, true, predicted),
        errors=error_shares(evaluated, found, images),
    )


def operating_point(evaluated: Evaluated, confidence: float) -> OperatingPoint:
    """What the counts at a confidence name."""
    settings = evaluated.settings
    iou = None if settings.protocol == "classification" else settings.operating_iou
    return OperatingPoint(iou=iou, confidence=confidence, class_aware=settings.class_aware)


def ratio(part: int, whole: int) -> float | None:
    """None where the whole is 0."""
    return part / whole if whole else None


def _ignored(found: Events) -> int:
    """Annotations: ignored labels, and predictions that found one."""
    ignored = found.outcome == IGNORED
    labels = np.unique(found.label[ignored & (found.label >= 0)])
    return len(labels) + int((found.prediction[ignored] >= 0).sum())


def per_class(evaluated: Evaluated, found: Events) -> list[ClassMetrics]:
    """Counts of each class that has a label or a counted prediction, with its metrics."""
    count = len(evaluated.classes)
    tp, fp, fn = (
        np.bincount(found.classes[found.outcome == kind], minlength=count)
        for kind in (TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE)
    )
    rows = []
    for number in np.flatnonzero(tp + fp + fn).tolist():
        hits, false, lost = int(tp[number]), int(fp[number]), int(fn[number])
        rows.append(
            ClassMetrics(
                name=evaluated.classes[number],
                support=hits + lost,
                predictions=hits + false,
                metrics=_figures(evaluated, number),
                true_positives=hits,
                false_positives=false,
                false_negatives=lost,
                precision=ratio(hits, hits + false),
                recall=ratio(hits, hits + lost),
                f1=ratio(2 * hits, 2 * hits + false + lost),
                **_interval(evaluated, number),
            )
        )
    return rows


def _figures(evaluated: Evaluated, number: int) -> dict[str, float | None]:
    names, values = evaluated.table.names, evaluated.table.values
    return {
        name: None if np.isnan(value) else float(value)
        for name, value in zip(names, values[number] if names else (), strict=True)
    }


def _interval(evaluated: Evaluated, number: int) -> dict[str, Any]:
    intervals = evaluated.table.intervals
    if intervals is None or np.isnan(intervals[number, 0]):
        return {}
    low, high, reliable = intervals[number].tolist()
    return {"low": low, "high": high, "reliable": bool(reliable)}


def _confusion(
    classes: list[str], found: Events, true: np.ndarray, predicted: np.ndarray
) -> list[ConfusionCell]:
    # a confusion is two events, one for each end: the prediction's stands for both
    twice = (found.outcome == FALSE_NEGATIVE) & (predicted != BACKGROUND)
    kept = (found.outcome != IGNORED) & ~twice
    width = len(classes) + 1
    codes = np.bincount((true[kept] + 1) * width + predicted[kept] + 1)
    names = [None, *classes]
    return [
        ConfusionCell(
            true=names[code // width], predicted=names[code % width], count=int(codes[code])
        )
        for code in np.flatnonzero(codes).tolist()
    ]


def error_shares(
    evaluated: Evaluated, found: Events, images: np.ndarray | None
) -> list[ErrorShare]:
    """Errors among the events, with what mending all of a type would add to AP50.

    AP50 is over all confidences, and so is what mending adds to it.
    """
    if evaluated.settings.protocol in ("classification", "segmentation"):
        return []
    counts = np.bincount(found.error[found.error >= 0], minlength=len(ERRORS))
    deltas = delta_ap(evaluated, images)
    return [
        ErrorShare(type=kind, count=int(count), delta_ap50=delta)
        for kind, count, delta in zip(ERRORS, counts, deltas, strict=True)
    ]
