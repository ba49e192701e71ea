"""Bootstrap intervals: groups of images are drawn with replacement, images of a group together.

Predictions are sorted once; a replicate is a column of weights, and many are worked out at once.
With all weights 1 they are the metrics themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.metrics import classification, segmentation
from visionlens_jlab.evaluation.metrics.average_precision import Interpolation
from visionlens_jlab.evaluation.metrics.voc import interpolation
from visionlens_jlab.evaluation.settings import SHOWN_IOU

_TINY = 1e-30
_NEARLY = 1e-4
"""Of a hundredth of recall: float32 does not hold 100 * 7 / 10 exactly."""


class Resampled(Protocol):
    """Metrics under weights."""

    names: list[str]
    """Of the metrics, as in `Evaluated.metrics`."""
    first: str
    """The one that classes have."""

    def values(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Metrics (names, R) and each class's first figure (classes, R); NaN where undefined.

        `weights`: float32 (groups, R).
        """
        ...


class _Range:
    """AP and recall of one area range."""

    def __init__(self, evaluated: Evaluated, name: str, groups: np.ndarray) -> None:
        labels, predictions = evaluated.labels, evaluated.predictions
        count = len(predictions.ids)
        aware = evaluated.settings.class_aware
        self.classes = len(evaluated.classes) if aware else 1
        of_class = predictions.classes if aware else np.zeros_like(predictions.classes)
        order = np.lexsort((np.arange(count), -predictions.scores, of_class))
        self.starts = np.searchsorted(of_class[order], np.arange(self.classes + 1))
        self.hits = _unpacked(evaluated.extra[f"{name}.hits"], count)[:, order]
        self.counted = _unpacked(evaluated.extra[f"{name}.counted"], count)[:, order]
        self.groups, self.rank = groups[predictions.images][order], predictions.rank[order]
        wanted = evaluated.extra[f"{name}.wanted"]
        label_class = labels.classes if aware else np.zeros_like(labels.classes)
        rows = np.flatnonzero(wanted)
        rows = rows[np.argsort(label_class[rows], kind="stable")]
        self.label_groups = groups[labels.images[rows]]
        self.label_starts = np.searchsorted(label_class[rows], np.arange(self.classes + 1))
        settings = evaluated.settings
        self.how = interpolation(settings) if settings.protocol == "voc" else "101"

    def asked(self) -> list[int]:
        """Classes with labels."""
        return np.flatnonzero(np.diff(self.label_starts)).tolist()

    def support(self, number: int, weights: np.ndarray) -> np.ndarray:
        """Weight (R,) of the labels of a class."""
        own = slice(self.label_starts[number], self.label_starts[number + 1])
        result: np.ndarray = weights[self.label_groups[own]].sum(axis=0)
        return result

    def precision(
        self, number: int, rows: np.ndarray, weights: np.ndarray, support: np.ndarray
    ) -> np.ndarray:
        """AP (rows of thresholds, R) of a class."""
        own = slice(self.starts[number], self.starts[number + 1])
        result = np.empty((len(rows), weights.shape[1]), dtype=np.float32)
        before, drawn, reached = None, weights[:0], weights[:0]
        for place, row in enumerate(rows):
            counted = self.counted[row, own]
            if before is None or not np.array_equal(counted, before):
                before = counted
                drawn = weights[self.groups[own][counted]]
                reached = drawn.copy()
                run_down(reached, np.add)
                np.maximum(reached, _TINY, out=reached)
            hits = np.flatnonzero(self.hits[row, own][counted])
            result[place] = weighted_ap(drawn[hits], reached[hits], support, self.how)
        return result

    def recall(self, number: int, rows: np.ndarray, limit: int, weights: np.ndarray) -> np.ndarray:
        """Weight (R,) of the labels of a class found, mean of thresholds."""
        own = slice(self.starts[number], self.starts[number + 1])
        times = np.mean(self.hits[rows, own] & (self.rank[own] < limit), axis=0)
        some = np.flatnonzero(times)
        found = times[some].astype(np.float32) @ weights[self.groups[own][some]]
        return np.asarray(found)


def weighted_ap(
    hits: np.ndarray, reached: np.ndarray, support: np.ndarray, how: Interpolation = "101"
) -> np.ndarray:
    """Average precision (R,) of one class under weights. Overwrites its input.

    Parameters
    ----------
    hits : float32 (n, R)
        Weights of the hits, by falling confidence.
    reached : float32 (n, R)
        Weight of all predictions down to each of them, more than 0.
    support : float32 (R,)
        Weight of the labels; 0 gives NaN.
    """
    if not len(hits):
        return np.where(support > 0, 0.0, np.nan)
    run_down(hits, np.add)
    best = np.divide(hits, reached, out=reached)
    run_down(best[::-1], np.maximum)
    steps = {"101": 100, "11": 10, "all": 0}[how]
    passed = hits
    passed *= (steps or 1) / np.maximum(support, _TINY)
    if steps:
        passed += _NEARLY
        np.floor(passed, out=passed)
    first, last = best[0].copy(), best[-1] * passed[-1]
    # the sum of best * (recalls passed here, not before), by parts
    best[:-1] -= best[1:]
    best[:-1] *= passed[:-1]
    total = best[:-1].sum(axis=0) + last
    if steps:
        total = (total + first) / (steps + 1)
    return np.where(support > 0, total, np.nan)


def run_down(rows: np.ndarray, operation: np.ufunc) -> None:
    """What `operation.accumulate` does down the rows, in place.

    Row by row it is several times faster: numpy's goes down each column.
    """
    for before, row in pairwise(rows):
        operation(before, row, out=row)


def _unpacked(bits: np.ndarray, count: int) -> np.ndarray:
    return np.unpackbits(bits, axis=1, count=count).astype(bool)


class Detections:
    """COCO's and VOC's metrics."""

    def __init__(self, evaluated: Evaluated, groups: np.ndarray, areas: bool = True) -> None:
        settings = evaluated.settings
        self.classes, self.aware = len(evaluated.classes), settings.class_aware
        self.names = [
            metric.name
            for metric in evaluated.metrics
            if areas or metric.name[2:] not in settings.areas
        ]
        self.ranges = {
            key.removesuffix(".hits"): _Range(evaluated, key.removesuffix(".hits"), groups)
            for key in evaluated.extra
            if key.endswith(".hits") and (areas or key == "all.hits")
        }
        self.every = np.array([evaluated.at(value) for value in settings.metric_iou])
        self.recall_name = settings.recall_name
        self.voc, self.points = settings.protocol == "voc", settings.geometry == "keypoints"
        shown = settings.metric_iou if self.voc else SHOWN_IOU
        self.shown = {round(100 * value): evaluated.at(value) for value in shown}
        self.limit = settings.limit or 100
        self.first = "mAP" if self.voc else "AP50"

    def values(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Resampled.values`; a class's figure is AP50, under VOC that over all thresholds."""
        replicates = weights.shape[1]
        sums = {name: np.zeros(replicates) for name in self.names}
        counts = {name: np.zeros(replicates) for name in self.names}
        own = np.full((self.classes, replicates), np.nan)
        for area, ranged in self.ranges.items():
            for number in ranged.asked():
                support = ranged.support(number, weights)
                found = self._precisions(ranged, area, number, weights=weights, support=support)
                if area == "all" and self.aware:
                    own[number] = found[self.first]
                found |= self._recalls(ranged, area, number, weights=weights, support=support)
                for name, value in found.items():
                    if name in sums:
                        known = ~np.isnan(value)
                        sums[name][known] += value[known]
                        counts[name] += known
        metrics = np.full((len(self.names), replicates), np.nan)
        for place, name in enumerate(self.names):
            np.divide(sums[name], counts[name], out=metrics[place], where=counts[name] > 0)
        return metrics, own

    def _precisions(
        self, ranged: _Range, area: str, number: int, *, weights: np.ndarray, support: np.ndarray
    ) -> dict[str, np.ndarray]:
        if area != "all":
            precision = ranged.precision(number, self.every, weights, support)
            return {f"AP{area}": precision.mean(axis=0)}
        rows = np.union1d(self.every, list(self.shown.values()))
        precision = ranged.precision(number, rows, weights, support)
        start = "mAP" if self.voc else "AP"
        found = {start: precision[np.isin(rows, self.every)].mean(axis=0)}
        for percent, row in self.shown.items():
            found[f"{start}{percent}"] = precision[np.searchsorted(rows, row)]
        return found

    def _recalls(
        self, ranged: _Range, area: str, number: int, *, weights: np.ndarray, support: np.ndarray
    ) -> dict[str, np.ndarray]:
        asked: dict[str, tuple[np.ndarray, int]] = {}
        if area != "all":
            asked[f"AR{area}"] = self.every, self.limit
        elif not self.voc:
            for percent, row in self.shown.items():
                asked[f"AR{percent}"] = np.array([row]), self.limit
            if self.points:
                asked["AR"] = self.every, self.limit
            else:
                for most in {1, 10, self.limit}:
                    asked[self.recall_name(most)] = self.every, most
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                name: ranged.recall(number, rows, most, weights) / support
                for name, (rows, most) in asked.items()
            }


class ImageSums:
    """Metrics that are sums over images: of classification and segmentation."""

    def __init__(self, evaluated: Evaluated, groups: np.ndarray) -> None:
        self.names = [metric.name for metric in evaluated.metrics]
        self.first = evaluated.table.names[0]
        self.extra, self.groups = evaluated.extra, groups
        self.classes = len(evaluated.classes)
        classes = evaluated.settings.protocol == "classification"
        self.figures = classification.figures if classes else segmentation.figures

    def values(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Resampled.values`."""
        return self.figures(self.extra, weights[self.groups], self.classes)


def resampled(evaluated: Evaluated, groups: np.ndarray, *, areas: bool = True) -> Resampled:
    """The metrics of an evaluation under weights.

    Parameters
    ----------
    groups : int (m,)
        Number from 0 of each image's group.
    areas : bool
        False leaves out those of COCO's area ranges, half of the work.
    """
    if evaluated.settings.protocol in ("classification", "segmentation"):
        return ImageSums(evaluated, groups)
    return Detections(evaluated, groups, areas)


MIN_GROUPS, MIN_OBJECTS = 100, 10
"""Below either an interval is marked unreliable: it covers less often than it says."""
_LEAST, _MOST, _WEIGHTS = 64, 512, 1 << 24
"""Replicates at a time, and weights of groups: 64 MiB."""


def intervals(
    evaluated: Evaluated,
    replicates: int = 1000,
    seed: int = 0,
    *,
    progress: Callable[[int], None] | None = None,
) -> Evaluated:
    """The evaluation with 95% intervals of its metrics and of each class's first figure.

    Parameters
    ----------
    replicates : int
    seed : int
        The same one gives the same intervals.
    progress : callable, optional
        Called with the number of replicates done.
    """
    _, groups = np.unique(evaluated.groups, return_inverse=True)
    source = resampled(evaluated, groups)
    drawn = replicate(source, int(groups.max(initial=-1)) + 1, replicates, seed, progress=progress)
    enough = evaluated.group_count >= MIN_GROUPS
    metrics = []
    for metric, values in zip(evaluated.metrics, drawn[0], strict=True):
        low, high = interval(values)
        known = metric.value is not None and not np.isnan(low)
        metrics.append(
            metric.model_copy(
                update={"low": low, "high": high, "reliable": enough} if known else {}
            )
        )
    support = np.bincount(
        evaluated.labels.classes[~evaluated.labels.ignored], minlength=len(evaluated.classes)
    )
    rows = [
        (*interval(values), float(enough and many >= MIN_OBJECTS))
        for values, many in zip(drawn[1], support, strict=True)
    ]
    table = replace(evaluated.table, intervals=np.array(rows).reshape(len(rows), 3))
    return replace(evaluated, metrics=metrics, table=table, cache={})


def replicate(
    source: Resampled,
    groups: int,
    replicates: int,
    seed: int,
    *,
    progress: Callable[[int], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Metrics (names, replicates) and first figures of classes (classes, replicates)."""
    parts, done = [], 0
    for weights in draws(groups, replicates, seed):
        parts.append(source.values(weights))
        done += weights.shape[1]
        if progress is not None:
            progress(done)
    return (
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts], axis=1),
    )


def draws(groups: int, replicates: int, seed: int) -> Iterator[np.ndarray]:
    """How often each group is drawn: float32 (groups, R), some replicates at a time."""
    rng = np.random.default_rng(seed)
    batch = min(_MOST, max(_LEAST, _WEIGHTS // max(groups, 1)))
    for start in range(0, replicates, batch):
        many = min(batch, replicates - start)
        weights = np.empty((groups, many), dtype=np.float32)
        for column in range(many):
            chosen = rng.integers(0, groups, groups)
            weights[:, column] = np.bincount(chosen, minlength=groups)
        yield weights


def interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Percentiles of replicates; NaN where most of them are undefined."""
    known = values[~np.isnan(values)]
    if 2 * len(known) <= len(values):
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
