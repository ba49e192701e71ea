"""Run A against run B over the same images: metrics paired by group, and image by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.outcomes import FALSE_NEGATIVE, FALSE_POSITIVE, events
from visionlens_jlab.evaluation.metrics.bootstrap import (
    MIN_GROUPS,
    MIN_OBJECTS,
    draws,
    interval,
    resampled,
)
from visionlens_jlab.evaluation.shapes import Difference, RunComparison


@dataclass(frozen=True)
class Compared:
    """The comparison, and of each image whether B does better.

    Attributes
    ----------
    metrics, per_class : list of Difference
    sample_ids : uint32 (m,)
        Images that both evaluations are about.
    change : int8 (m,)
        1: B has fewer false positives and false negatives there, -1: more, 0: as many.
    """

    metrics: list[Difference]
    per_class: list[Difference]
    sample_ids: np.ndarray
    change: np.ndarray

    def model(self, a: str, b: str) -> RunComparison:
        """As the panel gets it; `a`, `b`: names of the evaluations."""
        return RunComparison(
            a=a,
            b=b,
            metrics=self.metrics,
            per_class=self.per_class,
            better=int((self.change > 0).sum()),
            worse=int((self.change < 0).sum()),
            equal=int((self.change == 0).sum()),
        )


def compare(
    a: Evaluated,
    b: Evaluated,
    *,
    confidence: float | None = None,
    other_confidence: float | None = None,
    replicates: int = 1000,
    seed: int = 0,
) -> Compared:
    """Differences B - A with 95% intervals and p of the paired group bootstrap.

    The same groups are drawn for both runs, so what makes images hard for both cancels.

    Raises
    ------
    ValueError
        The evaluations are of two protocols or geometries, or have no image in common.
    """
    if (a.settings.protocol, a.settings.geometry) != (b.settings.protocol, b.settings.geometry):
        raise ValueError("the evaluations are of two protocols or geometries")
    shared = np.intersect1d(a.sample_ids, b.sample_ids)
    if not shared.size:
        raise ValueError("the evaluations have no image in common")
    rows = np.isin(a.sample_ids, shared)
    sample_ids = a.sample_ids[rows]
    _, groups = np.unique(a.groups[rows], return_inverse=True)
    count = int(groups.max()) + 1
    sides = [_Side(each, sample_ids, groups) for each in (a, b)]
    drawn = [_drawn(side, count, replicates, seed) for side in sides]
    enough = count >= MIN_GROUPS
    labels = {metric.name: metric.label for metric in a.metrics}
    support = sides[0].support()
    return Compared(
        [
            _difference(name, labels[name], _of(name, sides, drawn, 0), enough)
            for name in sides[0].names
            if name in sides[1].names
        ],
        [
            _difference(
                name,
                f"{name}, {labels.get(sides[0].first, sides[0].first)}",
                _of(name, sides, drawn, 1),
                enough and support.get(name, 0) >= MIN_OBJECTS,
            )
            for name in a.classes
            if name in b.classes and support.get(name)
        ],
        sample_ids,
        _changes(a, b, sample_ids, (confidence, other_confidence)),
    )


class _Side:
    """One of the two, over the images both have; other images belong to no group."""

    def __init__(self, evaluated: Evaluated, sample_ids: np.ndarray, groups: np.ndarray) -> None:
        self.evaluated, self.count = evaluated, int(groups.max()) + 1
        order = np.argsort(sample_ids)
        place = np.searchsorted(sample_ids, evaluated.sample_ids, sorter=order)
        place = order[np.minimum(place, len(order) - 1)]
        self.shared = sample_ids[place] == evaluated.sample_ids
        self.source = resampled(
            evaluated, np.where(self.shared, groups[place], self.count), areas=False
        )
        self.names, self.first = self.source.names, self.source.first
        whole = self.source.values(self.padded(np.ones((self.count, 1), dtype=np.float32)))
        self.values = [value[:, 0] for value in whole]
        if self.shared.all():
            known = {metric.name: metric.value for metric in evaluated.metrics}
            self.values[0] = np.array([known[name] for name in self.names], dtype=np.float64)

    def padded(self, weights: np.ndarray) -> np.ndarray:
        """With a last row of zeros, for images that only one side has."""
        return np.concatenate([weights, np.zeros((1, weights.shape[1]), dtype=np.float32)])

    def row(self, name: str, kind: int) -> int:
        """Of a metric (0) or class (1)."""
        return (self.names if kind == 0 else self.evaluated.classes).index(name)

    def support(self) -> dict[str, int]:
        """Labels of each class on the shared images."""
        labels = self.evaluated.labels
        kept = ~labels.ignored & self.shared[labels.images]
        names = self.evaluated.classes
        counts = np.bincount(labels.classes[kept], minlength=len(names)).tolist()
        return dict(zip(names, counts, strict=True))


def _drawn(side: _Side, groups: int, replicates: int, seed: int) -> list[np.ndarray]:
    parts = [side.source.values(side.padded(drawn)) for drawn in draws(groups, replicates, seed)]
    return [np.concatenate([part[kind] for part in parts], axis=1) for kind in (0, 1)]


def _of(
    name: str, sides: list[_Side], drawn: list[list[np.ndarray]], kind: int
) -> tuple[float, float, np.ndarray]:
    """Value of A, of B, and the replicates of B - A."""
    rows = [side.row(name, kind) for side in sides]
    values = [float(side.values[kind][row]) for side, row in zip(sides, rows, strict=True)]
    replicates = [each[kind][row] for each, row in zip(drawn, rows, strict=True)]
    return values[0], values[1], replicates[1] - replicates[0]


def _difference(
    name: str, label: str, found: tuple[float, float, np.ndarray], reliable: bool
) -> Difference:
    a, b, replicates = found
    low, high = interval(replicates)
    return Difference(
        name=name,
        label=label,
        a=_known(a),
        b=_known(b),
        difference=_known(b - a),
        low=_known(low),
        high=_known(high),
        p=_p(replicates[~np.isnan(replicates)], b - a),
        reliable=reliable,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _p(replicates: np.ndarray, difference: float) -> float | None:
    """Two-sided: how much of the bootstrap lies beyond 0; 1 where nothing differs."""
    if np.isnan(difference) or not replicates.size:
        return None
    beyond = min(int((replicates <= 0).sum()), int((replicates >= 0).sum()))
    return min(1.0, 2 * (beyond + 1) / (len(replicates) + 1))


def _changes(
    a: Evaluated,
    b: Evaluated,
    sample_ids: np.ndarray,
    confidence: tuple[float | None, float | None],
) -> np.ndarray:
    errors = []
    for each, at in zip((a, b), confidence, strict=True):
        found = events(each, each.confidence if at is None else at)
        wrong = np.isin(found.outcome, (FALSE_POSITIVE, FALSE_NEGATIVE))
        count = np.bincount(found.images[wrong], minlength=len(each.sample_ids))
        order = np.argsort(each.sample_ids)
        errors.append(count[order[np.searchsorted(each.sample_ids, sample_ids, sorter=order)]])
    return np.asarray(np.sign(errors[0] - errors[1]), dtype=np.int8)
