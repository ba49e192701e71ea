"""Which labels a run finds, as written: class-aware, IoU .5, greedy by confidence."""

from __future__ import annotations

import numpy as np

from visionlens_demo.world import Bools, Floats, Ints

IOU = 0.5


def _pairs(label_key: Ints, prediction_key: Ints) -> tuple[Ints, Ints]:
    """All (prediction row, label row) with equal keys."""
    order = np.argsort(label_key, kind="stable")
    keys = label_key[order]
    first = np.searchsorted(keys, prediction_key, side="left")
    count = np.searchsorted(keys, prediction_key, side="right") - first
    prediction = np.repeat(np.arange(len(prediction_key)), count)
    offset = np.arange(len(prediction)) - np.repeat(np.cumsum(count) - count, count)
    return prediction, order[first[prediction] + offset]


def overlaps(a: Floats, b: Floats) -> Floats:
    """IoU of boxes (count, 4) x, y, w, h, row by row."""
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    total = a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - shared
    return np.asarray(shared / total)


def match(
    label_key: Ints, label_box: Floats, prediction_key: Ints, prediction_box: Floats, score: Floats
) -> tuple[Bools, Bools]:
    """Match predictions with labels of equal key (image and class).

    Returns
    -------
    Which labels are found (labels,) and which predictions are right (predictions,).
    """
    prediction, label = _pairs(label_key, prediction_key)
    iou = overlaps(prediction_box[prediction], label_box[label])
    near = iou >= IOU
    prediction, label, iou = prediction[near], label[near], iou[near]
    found = np.zeros(len(label_key), dtype=bool)
    right = np.zeros(len(prediction_key), dtype=bool)
    for row in np.lexsort((-iou, prediction, -score[prediction])):
        if not right[prediction[row]] and not found[label[row]]:
            right[prediction[row]] = found[label[row]] = True
    return found, right


def best_threshold(score: Floats, right: Bools, labels: int) -> float:
    """Confidence of maximum F1 when all predictions have been matched."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + labels)
    return float(score[order][int(np.argmax(f1))])
