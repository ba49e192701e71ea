"""Labels that are likely wrong, by what a run says of them.

Objects in the way of confident learning (Northcutt et al. 2021; for boxes ObjectLab, Tkachenko et
al. 2023): a prediction speaks against a label when it is more confident than predictions of its
class are on average where they agree with a label. That threshold is soft here: everything is
ranked. Classes of whole images by the normalized margin (cleanlab's `normalized_margin`, as
Northcutt et al. have it) without such thresholds, which cost precision there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated
from visionlens_jlab.evaluation.settings import BACKGROUND, FOREGROUND

_SOFTNESS = 0.05
"""Confidence over which the threshold of a class is blurred."""
_FEW = 5
"""Agreeing predictions below which a class takes the threshold of all."""


@dataclass(frozen=True)
class LabelQuality:
    """Scores from 0 (nothing speaks for an error) to 1, each float64.

    Attributes
    ----------
    label_ids : uint32 (n,)
        Labels that take part and are not ignored, ascending.
    wrong_class, badly_placed : (n,)
    suggested : int32 (n,)
        Class that the run would give a label, -1: its own.
    prediction_ids : uint32 (m,)
        Predictions that found no label, ascending.
    missing : (m,)
        That there is an object without a label.
    """

    label_ids: np.ndarray
    wrong_class: np.ndarray
    badly_placed: np.ndarray
    suggested: np.ndarray
    prediction_ids: np.ndarray
    missing: np.ndarray


def scores(evaluated: Evaluated) -> LabelQuality:
    """Scores of all labels and of the predictions that found none.

    Meaningless for a run that was trained on these labels: it has learnt their errors.
    """
    trust = _trust(evaluated)
    labels, predictions = evaluated.labels, evaluated.predictions
    # Evaluations of older versions do not have it.
    if "rival" in evaluated.extra:
        wrong, suggested = _by_margin(evaluated)
    else:
        wrong, suggested = _wrong_class(evaluated, trust)
    placed = _badly_placed(evaluated, trust)
    kept = np.flatnonzero(~labels.ignored)
    kept = kept[np.argsort(labels.ids[kept])]
    alone = np.flatnonzero(evaluated.foreground.label < 0)
    alone = alone[np.argsort(predictions.ids[alone])]
    return LabelQuality(
        labels.ids[kept],
        wrong[kept],
        placed[kept],
        suggested[kept],
        predictions.ids[alone],
        _missing(evaluated, trust)[alone],
    )


def _trust(evaluated: Evaluated) -> np.ndarray:
    """Of each prediction, 0 to 1: how far it is above what its class has where labels agree."""
    predictions, partners = evaluated.predictions, evaluated.foreground
    hits = (partners.label >= 0) & ~partners.ignored
    if not hits.any():
        return predictions.scores
    count = len(evaluated.classes)
    many = np.bincount(predictions.classes[hits], minlength=count)
    total = np.bincount(predictions.classes[hits], predictions.scores[hits], minlength=count)
    usual = np.full(count, predictions.scores[hits].mean())
    np.divide(total, many, out=usual, where=many >= _FEW)
    above = predictions.scores - usual[predictions.classes]
    return np.asarray(1 / (1 + np.exp(-above / _SOFTNESS)))


def _by_margin(evaluated: Evaluated) -> tuple[np.ndarray, np.ndarray]:
    """How far the run is from the label's class, above .5 where it prefers another; and that."""
    own, rival, other = (evaluated.extra[name] for name in ("own", "rival", "rival_class"))
    score = np.nan_to_num(np.clip((1 + rival - own) / 2, 0, 1), nan=0)
    return score, np.where(score > 0.5, other, -1).astype(np.int32)


def _wrong_class(evaluated: Evaluated, trust: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What speaks for another class at a label's place, less what speaks for its own."""
    pairs, labels, predictions = evaluated.pairs, evaluated.labels, evaluated.predictions
    near = pairs.iou >= FOREGROUND
    rows, targets = pairs.predictions[near], pairs.labels[near]
    weight = trust[rows] * pairs.iou[near]
    same = predictions.classes[rows] == labels.classes[targets]
    own, other = np.zeros(len(labels.ids)), np.zeros(len(labels.ids))
    np.maximum.at(own, targets[same], weight[same])
    np.maximum.at(other, targets[~same], weight[~same])
    score = np.maximum(other - own, 0)
    suggested = np.full(len(labels.ids), -1, dtype=np.int32)
    best = ~same & (weight == other[targets]) & (score[targets] > 0)
    suggested[targets[best]] = predictions.classes[rows[best]]
    return score, suggested


def _badly_placed(evaluated: Evaluated, trust: np.ndarray) -> np.ndarray:
    """How far the prediction of its class that belongs to a label and no other lies off it."""
    pairs, labels, predictions = evaluated.pairs, evaluated.labels, evaluated.predictions
    same = predictions.classes[pairs.predictions] == labels.classes[pairs.labels]
    rows, targets, iou = pairs.predictions[same], pairs.labels[same], pairs.iou[same]
    weight = trust[rows] * iou
    best_of_label, best_of_prediction = np.zeros(len(labels.ids)), np.zeros(len(predictions.ids))
    np.maximum.at(best_of_label, targets, weight)
    np.maximum.at(best_of_prediction, rows, iou)
    mutual = (weight == best_of_label[targets]) & (iou == best_of_prediction[rows])
    score = np.zeros(len(labels.ids))
    np.maximum.at(score, targets[mutual], (trust[rows] * (1 - iou))[mutual])
    return score


def _missing(evaluated: Evaluated, trust: np.ndarray) -> np.ndarray:
    """How sure a prediction is where no label explains it.

    One of any class at its place does, or one of its class nearby that nothing else found (that is
    badly placed); one of its class that was found explains the less of it the farther it is.
    """
    pairs, labels, predictions = evaluated.pairs, evaluated.labels, evaluated.predictions
    same = predictions.classes[pairs.predictions] == labels.classes[pairs.labels]
    found = evaluated.foreground.prediction[pairs.labels] >= 0
    nearest = np.zeros(len(trust))
    np.maximum.at(nearest, pairs.predictions[same & found], pairs.iou[same & found])
    free = np.clip((FOREGROUND - nearest) / (FOREGROUND - BACKGROUND), 0, 1)
    taken = (pairs.iou >= FOREGROUND) | (same & ~found & (pairs.iou >= BACKGROUND))
    free[pairs.predictions[taken]] = 0
    return np.asarray(trust * free)
