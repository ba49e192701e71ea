"""What mending one type of error would add to AP50, after TIDE.

A classification or localisation error becomes a hit (of the label's class) when it is the most
confident one that points at a label nobody found, and is taken away otherwise; other predictions in
error are taken away; missed labels are no longer asked for. The base is our own AP at IoU .5 over
classes with labels (tidecv averages in classes without any).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.outcomes import (
    CLASSIFICATION,
    ERRORS,
    LOCALISATION,
    MISSED,
    error_types,
    missed,
)
from visionlens_jlab.evaluation.metrics.average_precision import average_precision
from visionlens_jlab.evaluation.metrics.voc import interpolation

_LOWEST = -np.finfo(np.float64).max


@dataclass(frozen=True)
class _State:
    """What AP50 is of: class, hit and whether it counts of each prediction; and of each label."""

    classes: np.ndarray
    hits: np.ndarray
    counted: np.ndarray
    label_classes: np.ndarray
    wanted: np.ndarray


def delta_ap(evaluated: Evaluated, images: np.ndarray | None = None) -> list[float | None]:
    """ΔAP50 of each of `ERRORS`; all None where no label counts.

    `images`: bool (m,), rows of images that are counted.
    """
    if images is None and "delta_ap" in evaluated.cache:
        known: list[float | None] = evaluated.cache["delta_ap"]
        return known
    state = _state(evaluated, images)
    asked = np.unique(state.label_classes[state.wanted])
    known = [None] * len(ERRORS)
    if asked.size:
        base = _mean_ap(evaluated, state, asked)
        known = [
            _mean_ap(evaluated, _mended(evaluated, state, kind), asked) - base
            for kind in range(len(ERRORS))
        ]
    if images is None:
        evaluated.cache["delta_ap"] = known
    return known


def _state(evaluated: Evaluated, images: np.ndarray | None) -> _State:
    labels, predictions, partners = evaluated.labels, evaluated.predictions, evaluated.foreground
    wanted, seen = ~labels.ignored, ~partners.ignored
    if images is not None:
        wanted, seen = wanted & images[labels.images], seen & images[predictions.images]
    hits = (partners.label >= 0) & seen
    if evaluated.settings.class_aware:
        return _State(predictions.classes, hits, seen, labels.classes, wanted)
    one = np.zeros_like
    return _State(one(predictions.classes), hits, seen, one(labels.classes), wanted)


def _mended(evaluated: Evaluated, state: _State, kind: int) -> _State:
    if kind == MISSED:
        return replace(state, wanted=state.wanted & ~missed(evaluated, _LOWEST))
    types = error_types(evaluated)
    wrong = types.kind == kind
    mended = replace(state, counted=state.counted & ~wrong)
    if kind not in (CLASSIFICATION, LOCALISATION):
        return mended
    rows = _first_pointers(evaluated, wrong & state.counted)
    hits, counted, classes = state.hits.copy(), mended.counted.copy(), state.classes.copy()
    hits[rows] = counted[rows] = True
    classes[rows] = state.label_classes[types.target[rows]]
    return replace(mended, hits=hits, counted=counted, classes=classes)


def _first_pointers(evaluated: Evaluated, wrong: np.ndarray) -> np.ndarray:
    """The most confident of the predictions `wrong` that point at a label nobody found."""
    target, scores = error_types(evaluated).target, evaluated.predictions.scores
    rows = np.flatnonzero(wrong)
    rows = rows[evaluated.foreground.prediction[target[rows]] < 0]
    rows = rows[np.lexsort((rows, -scores[rows]))]
    _, first = np.unique(target[rows], return_index=True)
    chosen: np.ndarray = rows[first]
    return chosen


def _mean_ap(evaluated: Evaluated, state: _State, asked: np.ndarray) -> float:
    """Mean AP of the classes asked for."""
    settings = evaluated.settings
    how = interpolation(settings) if settings.protocol == "voc" else "101"
    rows = _by_confidence(evaluated)
    rows = rows[state.counted[rows]]
    rows = rows[np.argsort(_small(state.classes[rows]), kind="stable")]
    count = int(max(state.label_classes.max(initial=0), state.classes.max(initial=0))) + 1
    starts = np.searchsorted(state.classes[rows], np.arange(count + 1))
    support = np.bincount(state.label_classes[state.wanted], minlength=count)
    total = 0.0
    for number in asked.tolist():
        if support[number]:
            own = rows[starts[number] : starts[number + 1]]
            total += average_precision(state.hits[own], support[number], how)
    return total / len(asked)


def _by_confidence(evaluated: Evaluated) -> np.ndarray:
    """Rows of predictions by falling confidence."""
    if "by confidence" not in evaluated.cache:
        evaluated.cache["by confidence"] = np.argsort(-evaluated.predictions.scores, kind="stable")
    rows: np.ndarray = evaluated.cache["by confidence"]
    return rows


def _small(classes: np.ndarray) -> np.ndarray:
    """The same numbers in 16 bits where they fit: those are sorted by radix."""
    fits = classes.max(initial=0) < 1 << 15
    return classes.astype(np.int16) if fits else classes
