"""Planted label errors are ranked first, and better than cleanlab's ObjectLab ranks them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.label_quality import scores
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.tests.evaluation.planted import Planted


def cleanlab_scores(case):
    """Ids and badness of predictions (overlooked) and of labels (swapped, badly placed)."""
    rank = pytest.importorskip("cleanlab.object_detection.rank")

    def corners(objects, rows):
        boxes = objects.boxes[rows]
        return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)

    labels, predictions, label_ids, prediction_ids = [], [], [], []
    for image in range(len(case.images)):
        own = np.flatnonzero(case.labels.images == image)
        labels.append({"bboxes": corners(case.labels, own), "labels": case.labels.classes[own]})
        label_ids.append(case.labels.ids[own])
        seen = np.flatnonzero(case.predictions.images == image)
        by_class = np.empty(len(case.classes), dtype=object)
        for number in range(len(case.classes)):
            rows = seen[case.predictions.classes[seen] == number]
            by_class[number] = np.column_stack(
                [corners(case.predictions, rows), case.predictions.scores[rows]]
            )
            prediction_ids.append(case.predictions.ids[rows])
        predictions.append(by_class)
    given = {"labels": labels, "predictions": predictions}
    overlooked = np.concatenate(rank.compute_overlooked_box_scores(**given))
    swapped = np.concatenate(rank.compute_swap_box_scores(**given))
    placed = np.concatenate(rank.compute_badloc_box_scores(**given))
    seen_ids, ids = np.concatenate(prediction_ids), np.concatenate(label_ids)
    overlooked = np.where(np.isnan(overlooked), 2, overlooked)  # not looked at: good
    return {
        "missing": (seen_ids, -overlooked),
        "swapped": (ids, -swapped),
        "misplaced": (ids, -placed),
    }


@pytest.mark.no_cover
@pytest.mark.parametrize(("world", "run"), [("street", "run_a"), ("harbour", "run_b")])
def test_planted_label_errors_come_first(world, run, tmp_path):
    planted = Planted(tmp_path, world, 1000)
    case = planted.case(run)
    found = scores(evaluate(*case.parts))
    ours = {
        "missing": (found.prediction_ids, found.missing),
        "swapped": (found.label_ids, found.wrong_class),
        "misplaced": (found.label_ids, found.badly_placed),
    }
    wrong = {
        "missing": planted.unlabelled(case),
        "swapped": planted.wrong("labels_swapped"),
        "misplaced": planted.wrong("labels_misplaced"),
    }
    theirs = cleanlab_scores(case)
    for kind, errors in wrong.items():
        assert len(errors) >= 20
        precision, other = (
            average_precision_score(np.isin(ids, errors), values)
            for ids, values in (ours[kind], theirs[kind])
        )
        print(f"{world} {run} {kind}: {precision:.3f}, cleanlab {other:.3f}")
        assert precision >= 0.8 and precision >= other
    swapped = {
        planted.number[row["annotation_id"]]: row["class"]
        for row in planted.entries["labels_swapped"]["truth"]
    }
    top = np.argsort(-found.wrong_class)[:20]
    right = sum(
        swapped.get(int(found.label_ids[row])) == case.classes[found.suggested[row]] for row in top
    )
    assert right >= 18


BOX, NEAR = (100.0, 100.0, 50.0, 50.0), (115.0, 100.0, 50.0, 50.0)


def one_label(prediction_class, box, confidence=0.95):
    """Twenty good labels of class a, then one that a single prediction speaks of."""
    labels = make_objects(np.arange(1, 22), np.arange(21), np.zeros(21), np.tile(BOX, (21, 1)))
    boxes = np.tile(BOX, (21, 1))
    boxes[20] = box
    classes = np.zeros(21)
    classes[20] = prediction_class
    seen = make_objects(
        np.arange(101, 122),
        np.arange(21),
        classes,
        boxes,
        scores=np.append(np.full(20, 0.8), confidence),
    )
    images = ImageInfo(np.arange(21), np.arange(21), np.full((21, 2), 640))
    return scores(evaluate(labels, seen, images, ["a", "b"]))


def test_each_kind_alone():
    good = one_label(0, BOX)
    assert good.wrong_class.max() == good.badly_placed.max() == 0
    assert (good.suggested == -1).all() and not len(good.prediction_ids)
    swapped = one_label(1, BOX)
    assert swapped.wrong_class[20] > 0.9 and swapped.suggested[20] == 1
    assert swapped.badly_placed[20] == 0 and swapped.missing.tolist() == [0]
    placed = one_label(0, NEAR)
    assert placed.badly_placed[20] > 0.4 and placed.wrong_class[20] == 0
    missing = one_label(0, (400.0, 400.0, 50.0, 50.0))
    assert missing.missing[0] > 0.9 and missing.badly_placed[20] == 0


def test_an_unsure_run_says_little():
    assert one_label(1, BOX, 0.5).wrong_class[20] < 0.05


def test_nothing_to_rank():
    empty = make_objects([], [], [], np.zeros((0, 4)))
    seen = make_objects([], [], [], np.zeros((0, 4)), scores=np.zeros(0))
    images = ImageInfo(np.arange(1), np.arange(1), np.full((1, 2), 640))
    found = scores(evaluate(empty, seen, images, ["a"]))
    assert len(found.label_ids) == len(found.prediction_ids) == 0
