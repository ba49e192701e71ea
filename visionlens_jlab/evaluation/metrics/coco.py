"""COCO's metrics: AP and AR over IoU thresholds, area ranges and numbers of detections.

After pycocotools' `COCOeval` (evaluateImg, accumulate, summarize); precision is interpolated at
101 recalls and averaged over classes that have a label to be found.
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Figured, Pairs, Table
from visionlens_jlab.evaluation.matching.matching import Matched, Prepared
from visionlens_jlab.evaluation.metrics.average_precision import Figures, Ranged, iou_label, mean
from visionlens_jlab.evaluation.settings import HUGE, Settings
from visionlens_jlab.evaluation.shapes import Metric


def agreeing(prepared: Prepared, pairs: Pairs, class_aware: bool) -> Pairs:
    """The pairs that may match."""
    if not class_aware:
        return pairs
    same = prepared.predictions.classes[pairs.predictions] == prepared.labels.classes[pairs.labels]
    return Pairs(*(column[same] for column in pairs))


def figured(matched: Matched) -> Figured:
    """All of COCO's figures, and AP, AP50, AP75 and AR of each class."""
    figures = Figures(matched)
    found: list[Metric] = []
    recalls: list[Metric] = []
    columns: dict[str, np.ndarray] = {}
    extra: dict[str, np.ndarray] = {}
    for name, area in {"all": (0.0, HUGE), **matched.settings.areas}.items():
        ranged = Ranged(matched, area)
        extra |= ranged.arrays(name)
        if name == "all":
            found += _precisions(figures, ranged, columns)
            recalls += _recalls(figures, ranged, matched.settings)
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
    return Figured([*found, *recalls], Table(list(columns), values), extra)


def _precisions(figures: Figures, ranged: Ranged, columns: dict[str, np.ndarray]) -> list[Metric]:
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


def _recalls(figures: Figures, ranged: Ranged, settings: Settings) -> list[Metric]:
    """AR by number of detections (of keypoints COCO has one), at .5 and at .75."""
    every = figures.metric_rows
    asked = [
        (settings.recall_name(most), f"{figures.span}, {most} detections an image", every, most)
        for most in sorted({1, 10, figures.limit})
        if most <= figures.limit
    ]
    if settings.geometry == "keypoints":
        asked = [("AR", figures.span, every, figures.limit)]
    asked += [
        (f"AR{round(100 * value)}", iou_label([value]), np.array([row]), figures.limit)
        for value, row in figures.row_of.items()
    ]
    found = []
    for name, words, rows, most in asked:
        recall = figures.recall(ranged, rows, most)
        found.append(Metric(name=name, label=f"AR at {words}", value=mean(recall)))
    return found
