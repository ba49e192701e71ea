"""Which prediction finds which label.

Greedy, most confident first, as pycocotools' `COCOeval.evaluateImg` has it: a prediction takes
the label of the greatest IoU that is not taken yet; one that counts before one that is ignored; of
equal ones the last. A crowd is never taken. The n-th predictions of all images are handled at once.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from visionlens_jlab.evaluation.evaluated import Pairs

_BIG = 1 << 20


def in_turn(pairs: Pairs, rank: np.ndarray, thresholds: np.ndarray) -> Pairs:
    """The pairs that can match at some threshold, in the order `match` takes them."""
    near = pairs.iou >= _limits(thresholds).min(initial=1.0)
    rows, labels, iou = (column[near] for column in pairs)
    order = np.lexsort((-labels, -iou, rows, rank[rows]))
    return Pairs(rows[order], labels[order], iou[order])


def _limits(thresholds: np.ndarray) -> np.ndarray:
    """Nothing is asked to overlap wholly."""
    return np.asarray(np.minimum(thresholds, 1 - 1e-10))


def match(
    pairs: Pairs,
    rank: np.ndarray,
    *,
    ignored: np.ndarray,
    crowd: np.ndarray,
    thresholds: np.ndarray,
) -> np.ndarray:
    """Label row that each prediction finds, or -1.

    Parameters
    ----------
    pairs : Pairs
        Those that may match, as `in_turn` gives them.
    rank : int (predictions,)
        Order in which the predictions that share labels choose.
    ignored, crowd : bool (labels,)
    thresholds : float64 (T,)
        Least IoU of a match.

    Returns
    -------
    int32 (T, predictions)
    """
    limits = _limits(thresholds)[:, None]
    found = np.full((len(thresholds), len(rank)), -1, dtype=np.int32)
    rows, labels, iou = pairs
    taken = np.zeros((len(thresholds), len(ignored)), dtype=bool)
    ranks = rank[rows]
    borders = np.flatnonzero(np.diff(ranks, prepend=-1, append=-1))
    for start, stop in pairwise(borders):
        turn = slice(start, stop)
        near = iou[turn] >= limits
        near &= ~taken[:, labels[turn]] | crowd[labels[turn]]
        own, place, label = _choices(rows[turn], labels[turn], near, ignored)
        found[own, place] = label
        taken[own, label] = True
    return found


def _choices(
    rows: np.ndarray,
    labels: np.ndarray,
    near: np.ndarray,
    ignored: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Threshold, prediction and label of each match of one turn; the best pairs come first."""
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(starts, append=len(rows))
    left = np.repeat(starts + lengths, lengths) - np.arange(len(rows))
    worth = (left + np.where(ignored[labels], 0, _BIG)).astype(np.int32)
    best = np.maximum.reduceat(np.where(near, worth, 0), starts, axis=1)
    own, group = np.nonzero(best)
    position = starts[group] + lengths[group] - best[own, group] % _BIG
    return own, rows[starts[group]], labels[position]
