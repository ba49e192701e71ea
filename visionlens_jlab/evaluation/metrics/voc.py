"""Pascal VOC's metrics: AP by 11 points (2007) or all points (2010), pixels inclusive or not.

After the development kit's `VOCevaldet`: a prediction, most confident first, belongs to the label
of its class that it overlaps most, taken or not; of those of one label the first is right. Labels
that are difficult count neither way.
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Figured, Pairs, Table
from visionlens_jlab.evaluation.matching.matching import Matched
from visionlens_jlab.evaluation.metrics.average_precision import (
    Figures,
    Interpolation,
    Ranged,
    iou_label,
    mean,
)
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.evaluation.shapes import Metric


def interpolation(settings: Settings) -> Interpolation:
    """Of option `interpolation`: 11 or all."""
    return "11" if str(settings.options.get("interpolation", "all")) == "11" else "all"


def match_best(
    pairs: Pairs, predictions: int, ignored: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Label row that each prediction (rows in turn within an image) finds, or -1.

    `pairs`: those that may match; `ignored`: bool (labels,). Gives int32 (T, predictions).
    """
    order = np.lexsort((pairs.labels, -pairs.iou, pairs.predictions))
    first = order[np.flatnonzero(np.diff(pairs.predictions[order], prepend=-1))]
    rows, labels, iou = (column[first] for column in pairs)
    found = np.full((len(thresholds), predictions), -1, dtype=np.int32)
    for place, threshold in enumerate(thresholds):
        near = iou >= threshold
        own, label = rows[near], labels[near]
        _, winners = np.unique(label, return_index=True)
        right = ignored[label]
        right[winners] = True
        found[place, own[right]] = label[right]
    return found


def figured(matched: Matched) -> Figured:
    """Mean AP, and AP of each class; at each threshold where there are several."""
    settings = matched.settings
    how = interpolation(settings)
    figures, ranged = Figures(matched, how), Ranged(matched)
    words = "11 points" if how == "11" else "all points"
    if settings.options.get("inclusive"):
        words += ", inclusive pixels"
    precision = figures.precision(ranged, figures.metric_rows)
    found = [Metric(name="mAP", label=f"mAP at {figures.span}, {words}", value=mean(precision))]
    columns = {"AP": precision.mean(axis=0)}
    for value, row in zip(settings.metric_iou, precision, strict=True):
        name = f"AP{round(100 * value)}"
        columns[name] = row
        if len(precision) > 1:
            label = f"mAP at {iou_label([value])}, {words}"
            found.append(Metric(name=f"m{name}", label=label, value=mean(row)))
    values = np.stack(list(columns.values()), axis=1)
    if not settings.class_aware:
        values = np.full((len(matched.prepared.classes), len(columns)), np.nan)
    return Figured(found, Table(list(columns), values), ranged.arrays("all"))
