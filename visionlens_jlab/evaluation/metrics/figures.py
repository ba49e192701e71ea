"""Average precision and recall of each class, for the protocols that have them."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.labels import iou_label
from visionlens_jlab.evaluation.matching.matching import match
from visionlens_jlab.evaluation.matching.preparation import Matched
from visionlens_jlab.evaluation.metrics.average_precision import Interpolation, average_precision
from visionlens_jlab.evaluation.settings import SHOWN_IOU


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
