"""Metrics of classification: accuracy, top-k, macro F1, expected calibration error.

The most confident prediction of an image is its answer (of equal ones that of the first class). An
image with several labels is answered rightly by any of them. Images without a label count nowhere.
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Figured, Pairs, Table
from visionlens_jlab.evaluation.matching.matching import Matched, Prepared, ranks
from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects
from visionlens_jlab.evaluation.matching.overlaps import joined, side_by_side
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.evaluation.shapes import Metric

BINS = 10


def bin_of(scores: np.ndarray) -> np.ndarray:
    """Bin of each confidence; below 0 the first, 1 and above the last."""
    return np.asarray(np.clip((scores * BINS).astype(int), 0, BINS - 1))


def calibration(scores: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean confidence, share of hits and share of all in each bin that is not empty."""
    place = bin_of(scores)
    count = np.bincount(place, minlength=BINS)
    some = count > 0
    mean = np.bincount(place, scores, minlength=BINS)[some] / count[some]
    right = np.bincount(place, hits, minlength=BINS)[some] / count[some]
    return mean, right, count[some] / max(len(scores), 1)


def top_k(settings: Settings) -> int:
    """Of option `top_k`, 5."""
    return int(settings.options.get("top_k", 5))


def all_pairs(prepared: Prepared, images: int) -> Pairs:
    """Every prediction with every label of its image, overlap 1."""
    labels, predictions = prepared.labels, prepared.predictions
    found = [
        Pairs(rows, others, np.ones(len(rows)))
        for rows, others in side_by_side(labels, predictions, images)
    ]
    return joined(found)


def answers(
    prepared: Prepared, images: ImageInfo, settings: Settings
) -> tuple[Prepared, dict[str, np.ndarray]]:
    """The answer of each image; whether a label is among its first k (`among`), and `margins`."""
    labels, predictions = prepared.labels, prepared.predictions
    place = ranks(predictions.images, None)
    among = np.zeros(len(images), dtype=bool)
    for rows, others in side_by_side(labels, predictions, len(images)):
        right = predictions.classes[rows] == labels.classes[others]
        right &= (place[rows] < top_k(settings)) & ~labels.ignore[others]
        among[predictions.images[rows[right]]] = True
    first = np.flatnonzero(place == 0)
    kept = Prepared(
        labels,
        predictions.take(first),
        np.zeros(len(first), dtype=np.int32),
        prepared.classes,
        prepared.warnings,
    )
    return kept, {"among": among, **margins(prepared, len(images))}


def margins(prepared: Prepared, images: int) -> dict[str, np.ndarray]:
    """What the run gives the class of each label, and the best class that is no label of its image.

    Returns
    -------
    dict
        `own`, `rival`: float64 (labels,), 0 where the run names none; NaN where it says nothing of
        the image. `rival_class`: int32 (labels,), -1: none.
    """
    labels, predictions = prepared.labels, prepared.predictions
    count = len(prepared.classes)
    strange = ~np.isin(
        predictions.images.astype(np.int64) * count + predictions.classes,
        labels.images.astype(np.int64) * count + labels.classes,
    )
    own, rival = np.full(len(labels), np.nan), np.full(len(labels), np.nan)
    rival_class = np.full(len(labels), -1, dtype=np.int32)
    for rows, others in side_by_side(labels, predictions, images):
        scores = predictions.scores[rows]
        same = predictions.classes[rows] == labels.classes[others]
        np.fmax.at(own, others, np.where(same, scores, 0))
        np.fmax.at(rival, others, np.where(strange[rows], scores, 0))
    for rows, others in side_by_side(labels, predictions, images):
        best = strange[rows] & (predictions.scores[rows] == rival[others])
        rival_class[others[best]] = predictions.classes[rows[best]]
    return {"own": own, "rival": rival, "rival_class": rival_class}


def figured(matched: Matched, images: ImageInfo, facts: dict[str, np.ndarray]) -> Figured:
    """Metrics over all images with labels; F1 of each class. `facts`: of `answers`."""
    prepared, settings = matched.prepared, matched.settings
    labels, predictions, found = prepared.labels, prepared.predictions, matched.found[0]
    extra = image_facts(labels, predictions, matched.ignored, found, images=len(images))
    extra |= facts
    values, own = figures(extra, np.ones((len(images), 1)), len(prepared.classes))
    names = metric_names(settings)
    metrics = [
        Metric(name=name, label=label, value=None if np.isnan(value) else float(value))
        for (name, label), value in zip(names.items(), values[:, 0], strict=True)
    ]
    return Figured(metrics, Table(["F1"], own), extra)


def metric_names(settings: Settings) -> dict[str, str]:
    """Names and labels of the metrics."""
    most = top_k(settings)
    return {
        "accuracy": "Accuracy, top 1",
        f"top{most}": f"Accuracy, top {most}",
        "macro_f1": "F1, mean of classes",
        "ece": f"Expected calibration error, {BINS} bins",
    }


def image_facts(
    labels: Objects, predictions: Objects, ignored: np.ndarray, found: np.ndarray, *, images: int
) -> dict[str, np.ndarray]:
    """What the metrics are sums of.

    `labelled`, `right`, bool (m,); `confidence` (m,), NaN without an answer; of all hits, false
    answers and labels nobody gave: image and class.
    """
    asked = np.zeros(images, dtype=bool)
    asked[labels.images[~ignored]] = True
    hit = (found >= 0) & ~ignored[found] if len(labels) else found >= 0
    hit &= asked[predictions.images]
    right = np.zeros(images, dtype=bool)
    right[predictions.images[hit]] = True
    confidence = np.full(images, np.nan)
    confidence[predictions.images] = predictions.scores
    false = ~hit & asked[predictions.images] & (found < 0)
    lost = ~ignored
    lost[found[hit]] = False
    parts = {"hit": predictions.take(np.flatnonzero(hit))}
    parts["false"] = predictions.take(np.flatnonzero(false))
    parts["lost"] = labels.take(np.flatnonzero(lost))
    extra = {"labelled": asked, "right": right, "confidence": confidence}
    for name, part in parts.items():
        extra |= {f"{name}_image": part.images, f"{name}_class": part.classes}
    return extra


def figures(
    extra: dict[str, np.ndarray], weights: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Metrics (4, R) and F1 of classes (classes, R) under weights (m, R) of images."""
    asked = weights[extra["labelled"]].sum(axis=0)
    hit, false, lost = (
        sums(weights[extra[f"{name}_image"]], extra[f"{name}_class"], classes)
        for name in ("hit", "false", "lost")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = 2 * hit / (2 * hit + false + lost)
        known = ~np.isnan(f1)
        macro = np.where(known, f1, 0).sum(axis=0) / known.sum(axis=0)
        rows = [weights[extra[name]].sum(axis=0) / asked for name in ("right", "among")]
        return np.stack([*rows, macro, _calibration_error(extra, weights)]), f1


def _calibration_error(extra: dict[str, np.ndarray], weights: np.ndarray) -> np.ndarray:
    answered = np.flatnonzero(extra["labelled"] & ~np.isnan(extra["confidence"]))
    confidence, right = extra["confidence"][answered], extra["right"][answered]
    place, drawn = bin_of(confidence), weights[answered]
    off = sums(drawn * (right - confidence)[:, None], place, BINS)
    return np.asarray(np.abs(off).sum(axis=0) / drawn.sum(axis=0))


def sums(values: np.ndarray, place: np.ndarray, count: int) -> np.ndarray:
    """Sums (count, R) of rows (n, R) by place."""
    result = np.zeros((count, values.shape[1]))
    if len(values):
        order = np.argsort(place, kind="stable")
        starts = np.flatnonzero(np.diff(place[order], prepend=-1))
        result[place[order][starts]] = np.add.reduceat(values[order], starts, axis=0)
    return result
