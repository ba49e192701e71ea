"""Average precision and recall of each class, with the weights that a bootstrap gives to images.

The three interpolations: the 101 recalls of COCO (`pycocotools.COCOeval.accumulate`), the 11 of VOC
2007 and all points (VOC 2010, area below the envelope).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from visionlens_jlab.evaluation.matching.matching import Matched, match
from visionlens_jlab.evaluation.settings import SHOWN_IOU


def iou_label(values: Sequence[float]) -> str:
    """`IoU .50`, `IoU .50:.95` or `IoU .30, .60`: the range that a metric is about."""
    shown = [f"{value:.2f}".removeprefix("0") for value in values]
    if len(shown) == 1:
        return f"IoU {shown[0]}"
    steps = [second - first for first, second in pairwise(values)]
    if max(steps) - min(steps) < 1e-6 and len(values) > 2:
        return f"IoU {shown[0]}:{shown[-1]}"
    return f"IoU {', '.join(shown)}"


Interpolation = Literal["101", "11", "all"]
RECALLS = np.linspace(0.0, 1.0, 101)
_RECALLS_11 = np.linspace(0.0, 1.0, 11)


class Interpolated(NamedTuple):
    """Precision at fixed recalls, and the row whose confidence reaches them (-1: none)."""

    precision: np.ndarray
    rows: np.ndarray


def precision_recall(hits: np.ndarray, support: float) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall after each prediction.

    Parameters
    ----------
    hits : bool (n,)
        Of predictions that count, by falling confidence.
    support : float
        Labels that count, more than 0.
    """
    found = np.cumsum(hits, dtype=np.float64)
    counted = np.arange(1, len(hits) + 1)
    return found / (counted + np.spacing(1)), found / support


def envelope(precision: np.ndarray) -> np.ndarray:
    """The greatest precision at this recall or a greater one."""
    result: np.ndarray = np.maximum.accumulate(precision[::-1])[::-1]
    return result


def interpolate(hits: np.ndarray, support: float, recalls: np.ndarray = RECALLS) -> Interpolated:
    """Precision at fixed recalls, 0 where they are never reached."""
    precision, recall = precision_recall(hits, support)
    rows = np.searchsorted(recall, recalls, side="left")
    reached = rows < len(hits)
    values = np.zeros(len(recalls))
    values[reached] = envelope(precision)[rows[reached]]
    return Interpolated(values, np.where(reached, rows, -1))


def average_precision(
    hits: np.ndarray, support: float, interpolation: Interpolation = "101"
) -> float:
    """Average precision of one class; NaN where no label counts."""
    if not support:
        return float("nan")
    if interpolation == "101":
        return float(interpolate(hits, support).precision.mean())
    if interpolation == "11":
        return float(_at_11(hits, support).mean())
    precision, recall = precision_recall(hits, support)
    steps = np.diff(recall, prepend=0.0)
    return float((envelope(precision) * steps).sum())


def _at_11(hits: np.ndarray, support: float) -> np.ndarray:
    """Recalls are compared with a grain of tolerance: .3 is meant where 3 of 10 are found."""
    return interpolate(hits, support, _RECALLS_11 - 1e-12).precision


class Ranged:
    """The matching with labels and predictions outside of an area range ignored.

    Attributes
    ----------
    hits, counted : bool (T, predictions)
    support : float64 (classes,)
        Labels that count.
    """

    def __init__(self, matched: Matched, area: tuple[float, float] | None = None) -> None:
        labels, predictions = matched.prepared.labels, matched.prepared.predictions
        low, high = area or (-np.inf, np.inf)
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

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """What a bootstrap needs, packed to bits; see `resampling`."""
        return {
            f"{name}.hits": np.packbits(self.hits, axis=1),
            f"{name}.counted": np.packbits(self.counted, axis=1),
            f"{name}.wanted": ~self.ignored,
        }


class Figures:
    """Works out figures: NaN for classes without labels; of all together where agnostic."""

    def __init__(self, matched: Matched, interpolation: Interpolation = "101") -> None:
        prepared, settings = matched.prepared, matched.settings
        thresholds = settings.thresholds
        self.interpolation = interpolation
        self.limit = settings.limit or 100
        self.span = iou_label(settings.metric_iou)
        self.row_of = {value: int(np.abs(thresholds - value).argmin()) for value in SHOWN_IOU}
        self.rank, self.aware = prepared.rank, settings.class_aware
        self.count = len(prepared.classes) if self.aware else 1
        classes = prepared.predictions.classes
        self.of_class = classes if self.aware else np.zeros_like(classes)
        rows = np.arange(len(classes))
        self.order = np.lexsort((rows, -prepared.predictions.scores, self.of_class))
        self.starts = np.searchsorted(self.of_class[self.order], np.arange(self.count + 1))
        self.metric_rows = np.array(
            [int(np.abs(thresholds - value).argmin()) for value in settings.metric_iou]
        )

    def support(self, ranged: Ranged) -> np.ndarray:
        """Labels that count, of each class."""
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
                result[place, number] = average_precision(kept, support[number], self.interpolation)
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
