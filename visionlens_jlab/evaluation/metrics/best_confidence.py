"""The confidence of the greatest F1."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated


def f1_by_confidence(
    evaluated: Evaluated, number: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Falling confidences that occur, and F1 (all classes, or one) of what reaches them.

    Ignored predictions count neither way.
    """
    partners, predictions, labels = evaluated.operating, evaluated.predictions, evaluated.labels
    kept, counted = ~partners.ignored, ~labels.ignored
    if number is not None:
        found = partners.label
        own = (
            np.where(found >= 0, labels.classes[found], predictions.classes)
            if len(labels.ids)
            else predictions.classes
        )
        kept, counted = kept & (own == number), counted & (labels.classes == number)
    scores = predictions.scores[kept]
    hits = partners.label[kept] >= 0
    order = np.argsort(-scores, kind="stable")
    scores, hits = scores[order], np.cumsum(hits[order])
    last = np.flatnonzero(np.diff(scores, append=-np.inf))
    f1 = 2 * hits[last] / np.maximum(last + 1 + counted.sum(), 1)
    return scores[last], f1


def best_confidence(evaluated: Evaluated) -> float:
    """The threshold of the greatest F1 over all classes, the highest of equal ones; else 0."""
    scores, f1 = f1_by_confidence(evaluated)
    if not f1.size or f1.max() <= 0:
        return 0.0
    return float(scores[f1.argmax()])
