"""COCO's metrics: AP and AR over IoU thresholds, area ranges and numbers of detections.

After pycocotools' `COCOeval` (evaluateImg, accumulate, summarize); precision is interpolated at
101 recalls and averaged over classes that have a label to be found.
"""

from __future__ import annotations

import numpy as np

from ..models.evaluations import Metric
from .average_precision import average_precision
from .evaluated import Table
from .labelling import iou_label
from .matching import match
from .overlaps import Pairs
from .preparing import Matched, Prepared
from .settings import SHOWN_IOU

_SMALL, _MEDIUM, _HUGE = 32.0**2, 96.0**2, 1e5**2
RANGES = {
    "all": (0.0, _HUGE),
    "small": (0.0, _SMALL),
    "medium": (_SMALL, _MEDIUM),
    "large": (_MEDIUM, _HUGE),
}
"""Areas in square pixels, both ends included."""


class Ranged:
    """The matching with labels and predictions outside of an area range ignored.

    Attributes
    ----------
    hits, counted : bool (T, predictions)
    support : float64 (classes,)
        Labels that count.
    """

    def __init__(self, matched: Matched, area: tuple[float, float]) -> None:
        labels, predictions = matched.prepared.labels, matched.prepared.predictions
        low, high = area
        outside = (labels.areas < low) | (labels.areas > high)
        self.ignored = matched.ignored | outside
        found = matched.found
        if outside.any():
            found = match(
                matched.candidates,
                matched.prepared.rank,
                ignored=self.ignored,
                crowd=labels.crowd,
                thresholds=matched.settings.thresholds,
            )
        strange = (predictions.areas < low) | (predictions.areas > high)
        some = found >= 0
        of_ignored = some & self.ignored[found] if len(labels) else some
        self.hits = some & ~of_ignored
        self.counted = ~(of_ignored | (~some & strange))
        count = len(matched.prepared.classes)
        self.support = np.bincount(labels.classes[~self.ignored], minlength=count).astype(float)


def agreeing(prepared: Prepared, pairs: Pairs, class_aware: bool) -> Pairs:
    """The pairs that may match."""
    if not class_aware:
        return pairs
    same = prepared.predictions.classes[pairs.predictions] == prepared.labels.classes[pairs.labels]
    return Pairs(*(column[same] for column in pairs))


class CocoFigures:
    """Figures of one evaluation: each a value for every class that has labels, and their mean."""

    def __init__(self, matched: Matched) -> None:
        prepared, settings = matched.prepared, matched.settings
        thresholds = settings.thresholds
        self.keypoints, self.limit = settings.geometry == "keypoints", settings.limit or 100
        self.span = iou_label(settings.metric_iou)
        self.row_of = {value: int(np.abs(thresholds - value).argmin()) for value in SHOWN_IOU}
        self.rank = prepared.rank
        self.aware = settings.class_aware
        count = len(prepared.classes)
        self.of_class = prepared.predictions.classes
        if not self.aware:
            self.of_class = np.zeros_like(self.of_class)
            count = 1
        self.count = count
        rows = np.arange(len(self.of_class))
        self.order = np.lexsort((rows, -prepared.predictions.scores, self.of_class))
        self.starts = np.searchsorted(self.of_class[self.order], np.arange(count + 1))
        self.metric_rows = np.array(
            [int(np.abs(thresholds - value).argmin()) for value in settings.metric_iou]
        )

    def support(self, ranged: Ranged) -> np.ndarray:
        """Labels that count, of each class; agnostic: of all together."""
        return ranged.support if self.aware else ranged.support.sum(keepdims=True)

    def precision(self, ranged: Ranged, rows: np.ndarray) -> np.ndarray:
        """Average precision (rows of thresholds, classes)."""
        support = self.support(ranged)
        result = np.full((len(rows), self.count), np.nan)
        hits, counted = ranged.hits[:, self.order], ranged.counted[:, self.order]
        for number in np.flatnonzero(support):
            own = slice(self.starts[number], self.starts[number + 1])
            for place, row in enumerate(rows):
                kept = hits[row, own][counted[row, own]]
                result[place, number] = average_precision(kept, support[number])
        return result

    def recall(self, ranged: Ranged, rows: np.ndarray, limit: int) -> np.ndarray:
        """Recall with at most `limit` detections of an image (rows of thresholds, classes)."""
        support = self.support(ranged)
        result = np.full((len(rows), self.count), np.nan)
        first = self.rank < limit
        for place, row in enumerate(rows):
            kept = ranged.hits[row] & first
            found = np.bincount(self.of_class[kept], minlength=self.count)
            np.divide(found, support, out=result[place], where=support > 0)
        return result


def mean(values: np.ndarray) -> float | None:
    """Mean of the numbers that are not NaN; None where there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None


def metrics_and_table(matched: Matched) -> tuple[list[Metric], Table]:
    """All of COCO's figures, and AP, AP50, AP75 and AR of each class."""
    figures = CocoFigures(matched)
    found: list[Metric] = []
    recalls: list[Metric] = []
    columns: dict[str, np.ndarray] = {}
    for name, area in RANGES.items():
        if figures.keypoints and name == "small":
            continue
        ranged = Ranged(matched, area)
        if name == "all":
            found += _precisions(figures, ranged, columns)
            recalls += _recalls(figures, ranged)
            recall = figures.recall(ranged, figures.metric_rows, figures.limit)
            columns["AR"] = recall.mean(axis=0)
            continue
        words = f"{figures.span}, {name} objects"
        precision = figures.precision(ranged, figures.metric_rows)
        recall = figures.recall(ranged, figures.metric_rows, figures.limit)
        found.append(Metric(name=f"AP{name}", label=f"AP at {words}", value=mean(precision)))
        recalls.append(Metric(name=f"AR{name}", label=f"AR at {words}", value=mean(recall)))
    values = np.stack(list(columns.values()), axis=1)
    if not figures.aware:
        values = np.full((len(matched.prepared.classes), len(columns)), np.nan)
    return [*found, *recalls], Table(list(columns), values)


def _precisions(
    figures: CocoFigures, ranged: Ranged, columns: dict[str, np.ndarray]
) -> list[Metric]:
    rows = np.union1d(figures.metric_rows, list(figures.row_of.values()))
    precision = figures.precision(ranged, rows)
    own = precision[np.isin(rows, figures.metric_rows)]
    columns["AP"] = own.mean(axis=0)
    found = [Metric(name="AP", label=f"AP at {figures.span}", value=mean(own))]
    for value, row in figures.row_of.items():
        name = f"AP{round(100 * value)}"
        columns[name] = precision[np.flatnonzero(rows == row)[0]]
        label = f"AP at {iou_label([value])}"
        found.append(Metric(name=name, label=label, value=mean(columns[name])))
    return found


def _recalls(figures: CocoFigures, ranged: Ranged) -> list[Metric]:
    every, found = figures.metric_rows, []
    if figures.keypoints:
        asked = [("AR", figures.span, every)]
        for value, row in figures.row_of.items():
            asked.append((f"AR{round(100 * value)}", iou_label([value]), np.array([row])))
        for name, words, rows in asked:
            recall = figures.recall(ranged, rows, figures.limit)
            found.append(Metric(name=name, label=f"AR at {words}", value=mean(recall)))
        return found
    for most in sorted({1, 10, figures.limit}):
        if most <= figures.limit:
            label = f"AR at {figures.span}, {most} detections an image"
            recall = figures.recall(ranged, every, most)
            found.append(Metric(name=f"AR{most}", label=label, value=mean(recall)))
    return found
