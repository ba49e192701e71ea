"""Draws of images from one population, of which AP50 is known."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.settings import Settings

CLASSES = ["a", "b", "c"]
AP50_ONLY = Settings(iou=(0.5,), confidence=0.5)


def sample(rng, images, per_group=1, qualities=(1.0,)):
    """Labels, images, and a run of each quality: images of a group are hard together."""
    groups = np.arange(images) // per_group
    hard = rng.normal(0, 1, groups.max(initial=0) + 1)[groups]
    count = rng.poisson(4, images)
    of = np.repeat(np.arange(images), count)
    place = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    classes = rng.choice(3, len(of), p=(0.5, 0.3, 0.2))
    boxes = np.stack([60.0 * place, np.zeros(len(of)), *np.full((2, len(of)), 40.0)], axis=1)
    labels = make_objects(np.arange(1, len(of) + 1), of, classes, boxes)
    info = ImageInfo(np.arange(1, images + 1), groups, np.full((images, 2), 2000))
    runs = [
        _run(rng, labels, hard, quality, 10_000_000 * (number + 1))
        for number, quality in enumerate(qualities)
    ]
    return labels, info, *runs


def _run(rng, labels, hard, quality, first):
    of, classes, images = labels.images, labels.classes, len(hard)
    ease = quality + 0.5 - 0.7 * hard[of] - 0.3 * classes + rng.normal(0, 0.7, len(of))
    found = rng.random(len(of)) < 1 / (1 + np.exp(-ease))
    scores = 1 / (1 + np.exp(-(ease[found] + rng.normal(0, 0.8, found.sum()))))
    false = np.repeat(np.arange(images), rng.poisson(np.exp(0.1 + 0.3 * hard)))
    boxes = np.full((len(false), 4), 40.0)
    boxes[:, 0], boxes[:, 1] = 60 * np.arange(len(false)), 500
    doubt = 1 / (1 + np.exp(-rng.normal(-0.7, 1, len(false))))
    return make_objects(
        first + np.arange(found.sum() + len(false)),
        np.concatenate([of[found], false]),
        np.concatenate([classes[found], rng.choice(3, len(false))]),
        np.concatenate([labels.boxes[found], boxes]),
        scores=np.concatenate([scores, doubt]),
    )


def ap50_alone(found):
    """Without the arrays of area ranges, which AP50 does not need."""
    found.extra = {key: value for key, value in found.extra.items() if key.startswith("all")}
    return found
