"""Classification against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, top_k_accuracy_score

from visionlens_jlab.core.views.shapes import Cell, OutcomeFilter
from visionlens_jlab.evaluation.comparison import compare
from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.evaluated import load
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.metrics.bootstrap import intervals
from visionlens_jlab.evaluation.metrics.curves import curves
from visionlens_jlab.evaluation.selection import select
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.readers import values

NAMES = [f"class {number}" for number in range(6)]
SETTINGS = Settings("classification", options={"top_k": 3})


def probabilities(seed, images=300):
    rng = np.random.default_rng(seed)
    truth = rng.choice(6, images, p=(0.4, 0.25, 0.15, 0.1, 0.07, 0.03))
    logits = rng.normal(0, 1, (images, 6))
    logits[np.arange(images), truth] += rng.normal(1.2, 1, images)
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return truth, scores


def objects(truth, scores, kept=None):
    images, classes = scores.shape
    nowhere = np.full((images, 4), np.nan)
    labels = make_objects(np.arange(1, images + 1), np.arange(images), truth, nowhere)
    seen = make_objects(
        np.arange(images + 1, images + 1 + images * classes),
        np.repeat(np.arange(images), classes),
        np.tile(np.arange(classes), images),
        np.full((images * classes, 4), np.nan),
        scores=scores.ravel(),
    )
    if kept is not None:
        seen = seen.take(np.flatnonzero(kept.ravel()))
    info = ImageInfo(np.arange(1, images + 1), np.arange(images), np.ones((images, 2)))
    return labels, seen, info, NAMES


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_scikit_learn(seed):
    truth, scores = probabilities(seed)
    answers = scores.argmax(axis=1)
    found = evaluate(*objects(truth, scores), SETTINGS)
    shown = values(found)
    assert shown["accuracy"] == pytest.approx(accuracy_score(truth, answers))
    assert shown["top3"] == pytest.approx(top_k_accuracy_score(truth, scores, k=3))
    assert shown["macro_f1"] == pytest.approx(f1_score(truth, answers, average="macro"))
    own = f1_score(truth, answers, average=None)
    assert found.table.values[:, 0] == pytest.approx(own)
    counts = recount(found)
    assert counts.operating_point.iou is None and counts.errors == []
    assert counts.f1 == pytest.approx(f1_score(truth, answers, average="micro"))
    assert [row.f1 for row in counts.per_class] == pytest.approx(own.tolist())
    matrix = confusion_matrix(truth, answers)
    cells = {(cell.true, cell.predicted): cell.count for cell in counts.confusion}
    for row, column in np.argwhere(matrix):
        assert cells.pop((NAMES[row], NAMES[column])) == matrix[row, column]
    assert not cells


def test_calibration_error():
    truth, scores = probabilities(7)
    best, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    wanted = 0.0
    for low in range(10):
        own = (best >= low / 10) & (best < (low + 1) / 10)
        if own.any():
            wanted += own.mean() * abs(best[own].mean() - right[own].mean())
    found = evaluate(*objects(truth, scores), SETTINGS)
    assert values(found)["ece"] == pytest.approx(wanted)
    assert curves(found).ece == pytest.approx(wanted)


def test_images_without_an_answer_are_wrong():
    truth, scores = probabilities(8, 100)
    kept = np.ones((100, 6), dtype=bool)
    kept[:20] = False
    found = evaluate(*objects(truth, scores, kept), SETTINGS)
    right = scores[20:].argmax(axis=1) == truth[20:]
    assert values(found)["accuracy"] == pytest.approx(right.sum() / 100)
    assert recount(found).false_negatives == 100 - right.sum()


def test_a_cell_is_its_images(tmp_path):
    truth, scores = probabilities(9)
    found = evaluate(*objects(truth, scores), SETTINGS)
    found.save(tmp_path / "e.npz")
    answers = scores.argmax(axis=1)
    wanted = OutcomeFilter(evaluation="e", cell=Cell(true=NAMES[0], predicted=NAMES[1]))
    rows = np.flatnonzero((truth == 0) & (answers == 1))
    ids = np.sort(np.concatenate([rows + 1, 300 + rows * 6 + answers[rows] + 1]))
    assert select(load(tmp_path / "e.npz"), wanted).tolist() == ids.tolist()


def test_intervals_and_comparison():
    truth, scores = probabilities(10)
    worse = scores + np.random.default_rng(1).random(scores.shape)
    found = intervals(evaluate(*objects(truth, scores), SETTINGS), 200)
    for metric in found.metrics[:3]:
        assert metric.low < metric.value < metric.high and metric.reliable
    other = evaluate(*objects(truth, worse / 2), SETTINGS)
    compared = compare(found, other, replicates=200)
    accuracy = compared.metrics[0]
    assert accuracy.high < 0 and accuracy.p < 0.05
    assert [each.label for each in compared.per_class] == [f"{name}, F1" for name in NAMES]
