"""Error types on cases made by hand, and confusion against a plain reading."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import dataset
from visionlens_jlab.tests.evaluation.plain import iou, outcomes
from visionlens_jlab.tests.evaluation.readers import from_coco

A, B = 0, 1
BOX, FAR = (100, 100, 40, 40), (300, 300, 40, 40)
SHIFTED = (120, 100, 40, 40)  # IoU 1/3 with BOX
HALF = 51 / 101  # AP where every second label is found, without a false positive


def evaluated(labels, predictions, **settings):
    """Of (image, class, box) and (image, class, box, confidence)."""
    truth = make_objects(
        np.arange(1, len(labels) + 1),
        *([label[part] for label in labels] for part in range(3)),
    )
    seen = make_objects(
        np.arange(101, 101 + len(predictions)),
        *([entry[part] for entry in predictions] for part in range(3)),
        scores=[entry[3] for entry in predictions],
    )
    images = ImageInfo(np.arange(4), np.arange(4), np.full((4, 2), 640))
    return evaluate(truth, seen, images, ["a", "b"], Settings(confidence=0.1, **settings))


TWO = [(0, A, BOX), (1, A, BOX)]
FOUND = (0, A, BOX, 0.9)
CASES = {
    "classification": (TWO, [FOUND, (1, B, BOX, 0.8)], 1 - HALF),
    "localisation": (TWO, [FOUND, (1, A, SHIFTED, 0.8)], 1 - HALF),
    "both": (
        [*TWO, (2, B, BOX)],
        [FOUND, (1, A, BOX, 0.85), (1, B, SHIFTED, 0.8), (2, B, BOX, 0.5)],
        0.25,
    ),
    "duplicate": (
        TWO,
        [FOUND, (0, A, BOX, 0.8), (1, A, BOX, 0.5)],
        1 - (51 + 50 * 2 / 3) / 101,
    ),
    "background": (TWO, [FOUND, (1, A, BOX, 0.5), (0, A, FAR, 0.95)], 1 / 3),
    "missed": (TWO, [FOUND], 1 - HALF),
}


@pytest.mark.parametrize("kind", CASES)
def test_one_error_of_each_type(kind):
    labels, predictions, delta = CASES[kind]
    counts = recount(evaluated(labels, predictions))
    found = {share.type: share for share in counts.errors}
    assert {name: share.count for name, share in found.items() if share.count} == {kind: 1}
    assert found[kind].delta_ap50 == pytest.approx(delta)
    others = [share.delta_ap50 for name, share in found.items() if name != kind]
    assert others == pytest.approx([0] * 5)


def test_only_the_most_confident_error_that_points_at_a_label_is_mended():
    predictions = [FOUND, (1, B, BOX, 0.8), (1, B, BOX, 0.7)]
    counts = recount(evaluated(TWO, predictions))
    share = counts.errors[0]
    assert (share.type, share.count) == ("classification", 2)
    assert share.delta_ap50 == pytest.approx(1 - HALF)


def test_an_error_on_a_label_that_was_found_is_taken_away():
    predictions = [FOUND, (1, A, BOX, 0.5), (1, A, SHIFTED, 0.8)]
    counts = recount(evaluated(TWO, predictions))
    share = counts.errors[1]
    assert (share.type, share.count) == ("localisation", 1)
    assert share.delta_ap50 == pytest.approx(1 - (51 + 50 * 2 / 3) / 101)


def test_a_class_without_labels_does_not_lower_the_base():
    counts = recount(evaluated(TWO[:1], [FOUND, (3, B, BOX, 0.99)]))
    assert counts.errors[4].count == 1
    assert counts.errors[4].delta_ap50 == 0


def test_below_the_threshold_an_error_does_not_cover_a_label():
    found = evaluated(TWO, [FOUND, (1, B, BOX, 0.4)])
    low, high = recount(found, 0.3), recount(found, 0.5)
    assert [share.count for share in low.errors] == [1, 0, 0, 0, 0, 0]
    assert [share.count for share in high.errors] == [0, 0, 0, 0, 0, 1]


def test_crowds_are_no_errors():
    labels = [(0, A, BOX), (0, A, (0, 0, 300, 300))]
    found = evaluated(labels, [FOUND])
    assert recount(found).errors[5].count == 1
    truth = make_objects([1, 2], [0, 0], [0, 0], [BOX, (0, 0, 300, 300)], crowd=[False, True])
    seen = make_objects([3, 4], [0, 0], [0, 0], [BOX, (10, 10, 50, 50)], scores=[0.9, 0.8])
    images = ImageInfo(np.arange(1), np.arange(1), np.full((1, 2), 640))
    counts = recount(evaluate(truth, seen, images, ["a"], Settings(confidence=0)))
    assert all(share.count == 0 for share in counts.errors)
    assert (counts.true_positives, counts.false_positives, counts.ignored) == (1, 0, 2)


def plain_confusion(case, confidence):
    pairs, false, missed, _ = outcomes(case, 0.5, confidence, True)
    names = {image["id"]: image["file_name"] for image in case.truth["images"]}
    labels = {label["id"]: label for label in case.truth["annotations"]}
    seen = dict(zip(case.predictions.ids.tolist(), case.results, strict=True))
    cells = Counter((labels[label]["category_id"],) * 2 for _, label in pairs)
    left = set(missed)
    order = sorted(false, key=lambda each: (-seen[each]["score"], seen[each]["category_id"], each))
    for number in order:
        entry = seen[number]
        near = [
            (iou(entry["bbox"], labels[label]["bbox"], False), label)
            for label in left
            if names[labels[label]["image_id"]] == names[entry["image_id"]]
            and labels[label]["category_id"] != entry["category_id"]
        ]
        best = max(near, default=(0, None))
        if best[0] >= 0.5:
            left.discard(best[1])
            cells[labels[best[1]]["category_id"], entry["category_id"]] += 1
        else:
            cells[None, entry["category_id"]] += 1
    cells.update((labels[label]["category_id"], None) for label in left)
    return cells


def test_confusion_is_that_of_a_plain_reading():
    off_diagonal = 0
    for seed in range(100, 140):
        case = from_coco(*dataset(seed))
        found = evaluate(*case.parts)
        names = dict(zip(case.classes, (1, 2, 3), strict=True)) | {None: None}
        for confidence in (0.1, 0.5):
            shown = recount(found, confidence).confusion
            cells = {(names[cell.true], names[cell.predicted]): cell.count for cell in shown}
            assert cells == dict(plain_confusion(case, confidence))
            off_diagonal += sum(
                cell.count
                for cell in shown
                if None not in (cell.true, cell.predicted) and cell.true != cell.predicted
            )
    assert off_diagonal > 50
