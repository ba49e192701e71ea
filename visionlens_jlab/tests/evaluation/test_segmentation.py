"""Semantic masks against pixels counted one by one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.metrics.bootstrap import intervals
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.readers import values

HEIGHT, WIDTH, IMAGES = 24, 30, 8
NAMES = ["road", "sky", "tree"]
VOID = 3


def label_maps(rng):
    coarse = rng.integers(0, 4, (IMAGES, HEIGHT // 6, WIDTH // 6))
    return coarse.repeat(6, axis=1).repeat(6, axis=2)


def objects(maps, first, void=False):
    """An object for each class of each image; VOID is ignored or nothing."""
    rows = []
    for image, pixels in enumerate(maps):
        for kind in np.unique(pixels):
            if kind == VOID and not void:
                continue
            stored = rle.to_json(rle.from_pixels(pixels == kind))
            rows.append((image, 0 if kind == VOID else kind, stored, kind == VOID))
    return make_objects(
        np.arange(first, first + len(rows)),
        [row[0] for row in rows],
        [row[1] for row in rows],
        np.zeros((len(rows), 4)),
        scores=np.ones(len(rows)) if first > 1 else None,
        ignore=[row[3] for row in rows],
        geometry=[row[2] for row in rows],
    )


@pytest.mark.parametrize("void", [False, True])
def test_iou_and_dice_of_pixels(void):
    rng = np.random.default_rng(3)
    true = label_maps(rng)
    seen = np.where(rng.random(true.shape) < 0.2, rng.integers(0, 4, true.shape), true)
    images = ImageInfo(np.arange(IMAGES), np.arange(IMAGES), np.full((IMAGES, 2), (WIDTH, HEIGHT)))
    found = evaluate(
        objects(true, 1, void), objects(seen, 1000), images, NAMES, Settings("segmentation")
    )
    counted = true != VOID if void else np.ones(true.shape, dtype=bool)
    iou, dice = [], []
    for kind in range(3):
        own, other = (true == kind) & counted, (seen == kind) & counted
        both = (own & other).sum()
        iou.append(both / (own | other).sum())
        dice.append(2 * both / (own.sum() + other.sum()))
    shown = values(found)
    assert shown["mIoU"] == pytest.approx(np.mean(iou))
    assert shown["Dice"] == pytest.approx(np.mean(dice))
    assert shown["accuracy"] == pytest.approx((seen == true)[true != VOID].mean())
    assert found.table.values == pytest.approx(np.column_stack([iou, dice]))
    counts = recount(found)
    assert counts.true_positives + counts.false_negatives == len(objects(true, 1)) == 24
    assert counts.true_positives == 23  # of one region less than half was found
    ranged = intervals(found, 100)
    assert ranged.metrics[0].low < ranged.metrics[0].value < ranged.metrics[0].high


def test_polygons_and_boxes_are_drawn():
    box = (2.0, 3.0, 10.0, 6.0)
    x, y, w, h = box
    polygon = [[x, y, x + w, y, x + w, y + h, x, y + h]]
    labels = make_objects([1], [0], [0], [box], geometry=[json.dumps(polygon).encode()])
    seen = make_objects([2], [0], [0], [(2.0, 3.0, 5.0, 6.0)], scores=[0.9])
    images = ImageInfo(np.arange(1), np.arange(1), np.array([[WIDTH, HEIGHT]]))
    found = evaluate(labels, seen, images, ["a"], Settings("segmentation"))
    assert values(found)["mIoU"] == pytest.approx(0.5)
    assert found.predictions.areas.tolist() == [30]
