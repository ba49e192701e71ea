"""The annotations behind a number."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.core.views.shapes import OutcomeFilter
from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.matching.outcomes import ERRORS, OUTCOMES, Events, events
from visionlens_jlab.evaluation.metrics.confusion import BACKGROUND, cells

_NEVER = -3


def select(
    evaluated: Evaluated, wanted: OutcomeFilter, images: np.ndarray | None = None
) -> np.ndarray:
    """uint32 ids, ascending, of the annotations of all events that satisfy every condition.

    Both ends of a match are given, and of a cell off the diagonal both ends of the confusion.
    `against` and `change` are for whoever has the other evaluation: `images` (bool, rows of images)
    is what they come to.
    """
    confidence = evaluated.confidence if wanted.confidence is None else wanted.confidence
    found = events(evaluated, confidence)
    kept = _kept(evaluated, found, wanted)
    if wanted.cell is not None:
        true, predicted = cells(evaluated, found)
        kept &= true == _number(evaluated, wanted.cell.true)
        kept &= predicted == _number(evaluated, wanted.cell.predicted)
    if images is not None:
        kept &= images[found.images]
    chosen = found.take(kept)
    ids = [
        evaluated.predictions.ids[chosen.prediction[chosen.prediction >= 0]],
        evaluated.labels.ids[chosen.label[chosen.label >= 0]],
    ]
    return np.unique(np.concatenate(ids))


def _number(evaluated: Evaluated, name: str | None) -> int:
    if name is None:
        return BACKGROUND
    return evaluated.classes.index(name) if name in evaluated.classes else _NEVER


def _kept(evaluated: Evaluated, found: Events, wanted: OutcomeFilter) -> np.ndarray:
    kept = np.ones(len(found.outcome), dtype=bool)
    if wanted.outcomes:
        kept &= np.isin(found.outcome, [OUTCOMES.index(name) for name in wanted.outcomes])
    if wanted.classes:
        kept &= np.isin(found.classes, [_number(evaluated, name) for name in wanted.classes])
    if wanted.errors:
        kept &= np.isin(found.error, [ERRORS.index(name) for name in wanted.errors])
    for values, span, closed in (
        (found.confidence, wanted.confidence_range, 1.0),
        (found.iou, wanted.iou_range, 1.0),
        (found.area, wanted.area_range, None),
    ):
        if span is not None:
            kept &= within(values, span, closed)
    return kept


def within(values: np.ndarray, span: tuple[float, float], closed: float | None) -> np.ndarray:
    """Whether values are in [low, high); high itself belongs to it where it is `closed`."""
    low, high = span
    inside: np.ndarray = (values >= low) & (values < high)
    return inside | (values == high) if high == closed else inside
