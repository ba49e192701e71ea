"""Wrong classes of whole images are ranked as well as cleanlab's best method ranks them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.label_quality import scores
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.settings import Settings

CLASSES = [f"c{number}" for number in range(10)]
METHODS = (
    ("normalized_margin", False),
    ("normalized_margin", True),
    ("self_confidence", False),
    ("self_confidence", True),
    ("confidence_weighted_entropy", False),
)
"""Name, and whether thresholds of classes are taken off first."""


def classifier(seed: int, right: float, images: int = 4000):
    """Labels, which of them are wrong, and probabilities of a model that is good and too sure.

    On one image in eight the model wavers between three classes, with probability `right` the true
    one among them: most of its mistakes are unsure. One label in a hundred is wrong.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 10, images)
    others = (truth[:, None] + np.argsort(rng.random((images, 9)), axis=1) + 1) % 10
    rows = np.arange(images)
    hard, seen = rng.random(images) < 0.12, rng.random(images) < right
    guesses = others[:, :3].copy()
    guesses[seen, 0] = truth[seen]
    logits = rng.normal(0, 1.2, (images, 10))
    logits[rows, truth] += np.where(hard, 0, 7)
    logits[rows[:, None], guesses] += np.where(hard, 4, 0)[:, None]
    probabilities = np.exp(1.2 * logits)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    wrong = rng.random(images) < 0.01
    return np.where(wrong, others[rows, rng.integers(0, 9, images)], truth), wrong, probabilities


def quality(labels, probabilities, most: int | None = None):
    """What we make of it, with the `most` probable classes of each image."""
    images, classes = probabilities.shape
    order = np.argsort(-probabilities, axis=1)[:, :most]
    boxes = np.full((images, 4), np.nan)
    given = make_objects(np.arange(images), np.arange(images), labels, boxes)
    seen = make_objects(
        np.arange(images, images + order.size),
        np.repeat(np.arange(images), order.shape[1]),
        order.ravel(),
        np.full((order.size, 4), np.nan),
        scores=np.take_along_axis(probabilities, order, axis=1).ravel(),
    )
    info = ImageInfo(np.arange(images), np.arange(images), np.zeros((images, 2), int))
    names = CLASSES[:classes]
    return scores(evaluate(given, seen, info, names, Settings(protocol="classification")))


@pytest.mark.parametrize("right", [0.5, 0.7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_good_as_cleanlabs_best(seed, right):
    rank = pytest.importorskip("cleanlab.rank")
    labels, wrong, probabilities = classifier(seed, right)
    ours = average_precision_score(wrong, quality(labels, probabilities).wrong_class)
    theirs = {}
    for method, adjusted in METHODS:
        good = rank.get_label_quality_scores(
            labels, probabilities, method=method, adjust_pred_probs=adjusted
        )
        theirs[method, adjusted] = round(average_precision_score(wrong, -good), 4)
    print(f"wrong classes, {right} right, seed {seed}: {ours:.4f}, cleanlab {theirs}")
    assert 0.2 < ours < 0.95
    assert round(ours, 4) >= max(theirs.values())


def test_the_class_that_the_run_prefers_is_suggested():
    found = quality(np.array([0, 0, 0]), np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]))
    assert found.wrong_class == pytest.approx([0.1, 0.8, 0.5])
    assert found.suggested.tolist() == [-1, 1, -1]


def test_answers_alone_do_too():
    found = quality(np.array([0, 0]), np.array([[0.9, 0.1], [0.2, 0.8]]), most=1)
    assert found.wrong_class == pytest.approx([0.05, 0.9])
    assert found.suggested.tolist() == [-1, 1]


def test_another_label_of_the_image_is_no_rival_and_silence_no_doubt():
    none = np.full((3, 4), np.nan)
    labels = make_objects(np.arange(3), [0, 0, 1], [0, 1, 0], none)
    seen = make_objects([7, 8], [0, 0], [1, 0], none[:2], scores=np.array([0.9, 0.1]))
    info = ImageInfo(np.arange(2), np.arange(2), np.zeros((2, 2), int))
    found = scores(evaluate(labels, seen, info, ["a", "b"], Settings(protocol="classification")))
    assert found.wrong_class == pytest.approx([0.45, 0.05, 0])
    assert (found.suggested == -1).all()
