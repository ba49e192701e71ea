"""Curves against pycocotools and counts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.metrics.curves import curves
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import CLASSES, dataset
from visionlens_jlab.tests.evaluation.oracle import run
from visionlens_jlab.tests.evaluation.readers import from_coco, values


@pytest.mark.parametrize("class_aware", [True, False])
def test_precision_and_recall_are_those_of_pycocotools(class_aware):
    for seed in range(900, 915):
        truth, results = dataset(seed)
        reference = run(truth, results, agnostic=not class_aware).eval
        found = evaluate(*from_coco(truth, results).parts, Settings(class_aware=class_aware))
        for place, row in ((0, 0), (1, 5)):
            precision = reference["precision"][row, :, :, 0, 2]
            known = precision[:, precision[0] > -1]
            shown = curves(found).precision_recall[place]
            assert shown.y == pytest.approx(known.mean(axis=1))
            if not class_aware:
                continue
            for number, name in enumerate(CLASSES):
                shown = curves(found, name).precision_recall[place]
                if precision[0, number] == -1:
                    assert shown.y == [0] * 101
                    continue
                assert shown.y == pytest.approx(precision[:, number])
                scores = reference["scores"][row, :, number, 0, 2]
                own = np.array([0.0 if each is None else each for each in shown.confidence])
                # at recall 0 it names the first detection even where that is ignored
                assert own[1:] == pytest.approx(scores[1:])


def test_a_point_of_f1_is_the_count_there():
    found = evaluate(*from_coco(*dataset(920)).parts)
    for name in (None, *CLASSES):
        curve = curves(found, name).f1
        assert curve.x == sorted(curve.x)
        for level, f1 in zip(curve.x[::5], curve.y[::5], strict=True):
            counts = recount(found, level)
            if name is not None:
                counts = next(row for row in counts.per_class if row.name == name)
            assert f1 == pytest.approx(counts.f1)


def test_histograms_hold_everything_that_counts():
    found = evaluate(*from_coco(*dataset(921)).parts)
    shown = curves(found, confidence=0.4).histograms
    counts = recount(found, 0.4)

    def total(name, outcome):
        return sum(bin.counts.get(outcome, 0) for bin in shown[name])

    assert total("area", "true_positive") == counts.true_positives
    assert total("area", "false_negative") == counts.false_negatives
    assert total("iou", "false_positive") == counts.false_positives
    every = recount(found, 0.0)
    assert total("confidence", "true_positive") == every.true_positives
    assert total("confidence", "false_positive") == every.false_positives
    for bins in shown.values():
        assert all(one.high == other.low for one, other in pairwise(bins))


def test_the_area_below_the_curve_is_ap50():
    found = evaluate(*from_coco(*dataset(922)).parts)
    assert np.mean(curves(found).precision_recall[0].y) == pytest.approx(values(found)["AP50"])
