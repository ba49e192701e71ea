"""Average precision of each class, with the weights that a bootstrap gives to images.

The three interpolations: COCO's 101 recalls (`pycocotools.COCOeval.accumulate`), VOC 2007's 11 and
all points (VOC 2010, area below the envelope).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

Interpolation = Literal["101", "11", "all"]
RECALLS = np.linspace(0.0, 1.0, 101)
_RECALLS_11 = np.linspace(0.0, 1.0, 11)


class Interpolated(NamedTuple):
    """Precision at fixed recalls, and the row whose confidence reaches them (-1: none)."""

    precision: np.ndarray
    rows: np.ndarray


def precision_recall(hits: np.ndarray, support: float) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall after each prediction.

    Parameters
    ----------
    hits : bool (n,)
        Of predictions that count, by falling confidence.
    support : float
        Labels that count, more than 0.
    """
    found = np.cumsum(hits, dtype=np.float64)
    counted = np.arange(1, len(hits) + 1)
    return found / (counted + np.spacing(1)), found / support


def envelope(precision: np.ndarray) -> np.ndarray:
    """The greatest precision at this recall or a greater one."""
    result: np.ndarray = np.maximum.accumulate(precision[::-1])[::-1]
    return result


def interpolate(hits: np.ndarray, support: float, recalls: np.ndarray = RECALLS) -> Interpolated:
    """Precision at fixed recalls, 0 where they are never reached."""
    precision, recall = precision_recall(hits, support)
    rows = np.searchsorted(recall, recalls, side="left")
    reached = rows < len(hits)
    values = np.zeros(len(recalls))
    values[reached] = envelope(precision)[rows[reached]]
    return Interpolated(values, np.where(reached, rows, -1))


def average_precision(
    hits: np.ndarray, support: float, interpolation: Interpolation = "101"
) -> float:
    """Average precision of one class; NaN where no label counts."""
    if not support:
        return float("nan")
    if interpolation == "101":
        return float(interpolate(hits, support).precision.mean())
    if interpolation == "11":
        return float(_at_11(hits, support).mean())
    precision, recall = precision_recall(hits, support)
    steps = np.diff(recall, prepend=0.0)
    return float((envelope(precision) * steps).sum())


def _at_11(hits: np.ndarray, support: float) -> np.ndarray:
    """Recalls are compared with a grain of tolerance: .3 is meant where 3 of 10 are found."""
    return interpolate(hits, support, _RECALLS_11 - 1e-12).precision
