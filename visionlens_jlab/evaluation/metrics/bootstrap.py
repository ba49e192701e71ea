"""Bootstrap intervals: groups of images are drawn with replacement, images of a group together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.metrics.resampling import Resampled, resampled

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
