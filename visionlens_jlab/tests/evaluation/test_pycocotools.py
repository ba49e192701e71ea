"""Equality with pycocotools on generated data."""

from __future__ import annotations

import numpy as np
import pytest

from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import dataset
from visionlens_jlab.tests.evaluation.oracle import absorbed, compressed, figures, run, tied
from visionlens_jlab.tests.evaluation.readers import from_coco, values

SIGMAS = (0.05, 0.1, 0.08)


def same(found, wanted):
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        if value is None:
            assert found[name] is None, name
        else:
            assert found[name] == pytest.approx(value, abs=1e-6), name


@pytest.mark.no_cover
def test_boxes_of_200_sets():
    middle = ties = crowds = 0
    for seed in range(200):
        truth, results = dataset(seed)
        reference = run(truth, results)
        wanted = figures(reference)
        same(values(evaluate(*from_coco(truth, results).parts)), wanted)
        middle += 0.05 < (wanted["AP"] or 0) < 0.95
        ties += tied(results)
        crowds += absorbed(reference, truth)
    assert middle >= 100 and ties >= 50 and crowds >= 50, (middle, ties, crowds)


def test_precision_and_recall_of_each_class_and_threshold():
    for seed in range(300, 320):
        truth, results = dataset(seed)
        precision = run(truth, results).eval["precision"][:, :, :, 0, 2]
        table = evaluate(*from_coco(truth, results).parts).table
        own = np.where(precision[0, 0] < 0, np.nan, precision.mean(axis=(0, 1)))
        assert table.values[:, table.names.index("AP")] == pytest.approx(own, nan_ok=True)


@pytest.mark.no_cover
def test_class_agnostic_boxes():
    for seed in range(400, 430):
        truth, results = dataset(seed)
        wanted = figures(run(truth, results, agnostic=True))
        found = evaluate(*from_coco(truth, results).parts, Settings(class_aware=False))
        same(values(found), wanted)


@pytest.mark.parametrize("limit", [2, 5])
def test_fewer_detections_of_an_image(limit):
    for seed in range(500, 515):
        truth, results = dataset(seed)
        precision = run(truth, results, max_dets=limit).eval["precision"][:, :, :, 0, -1]
        known = precision[precision > -1]
        found = values(evaluate(*from_coco(truth, results).parts, Settings(max_dets=limit)))
        assert found["AP"] == pytest.approx(known.mean(), abs=1e-6)


def test_masks():
    for seed in range(600, 640):
        truth, results = dataset(seed, polygons=True)
        wanted = figures(run(truth, compressed(results), "segm"), "segm")
        found = evaluate(*from_coco(truth, results).parts, Settings(geometry="mask"))
        same(values(found), wanted)


def test_keypoints():
    middle = 0
    for seed in range(700, 760):
        truth, results = dataset(seed, keypoints=3)
        wanted = figures(run(truth, results, "keypoints", SIGMAS), "keypoints")
        settings = Settings(geometry="keypoints", options={"sigmas": SIGMAS})
        same(values(evaluate(*from_coco(truth, results).parts, settings)), wanted)
        middle += 0.05 < (wanted["AP"] or 0) < 0.95
    assert middle >= 30


@pytest.mark.no_cover
def test_numbers_and_orders_change_nothing():
    rng = np.random.default_rng(1)
    for seed in range(800, 830):
        truth, results = dataset(seed)
        before = evaluate(*from_coco(truth, results).parts)
        numbers = rng.permutation(1000)
        for entry in (*truth["annotations"], *results):
            entry["image_id"] = int(numbers[entry["image_id"]])
        for image in truth["images"]:
            image["id"] = int(numbers[image["id"]])
        rng.shuffle(truth["images"])
        after = evaluate(*from_coco(truth, results).parts)
        assert after.metrics == before.metrics
        assert np.array_equal(after.predictions.ids, before.predictions.ids)
        assert np.array_equal(after.matched, before.matched)
        case = from_coco(truth, results)
        if len(np.unique(case.predictions.scores)) < len(results):
            continue
        order = rng.permutation(len(results))
        mixed = evaluate(case.labels, case.predictions.take(order), case.images, case.classes)
        assert mixed.metrics == before.metrics
        assert np.array_equal(mixed.predictions.ids, before.predictions.ids)
        assert np.array_equal(mixed.matched, before.matched)


def test_area_ranges_of_ones_own():
    areas = {"tiny": (0, 20**2), "rest": (20**2, 1e10)}
    middle = 0
    for seed in range(900, 920):
        truth, results = dataset(seed)
        reference = run(truth, results, areas=areas)
        settings = Settings(options={"areas": areas})
        found = evaluate(*from_coco(truth, results).parts, settings)
        assert not {"APsmall", "ARlarge"} & values(found).keys()
        for row, name in enumerate(areas, start=1):
            for start, figure in (("AP", "precision"), ("AR", "recall")):
                every = reference.eval[figure][..., row, -1]
                known = every[every > -1]
                expected = known.mean() if known.size else None
                assert values(found)[f"{start}{name}"] == pytest.approx(expected, abs=1e-6)
                middle += bool(expected)
    assert middle >= 40


@pytest.mark.parametrize(
    "areas", [[], {}, {"all": [0, 1]}, {"a b": [0, 1]}, {"x": [2, 1]}, {"x": [0]}, {"x": "ab"}]
)
def test_area_ranges_that_cannot_be_meant(areas):
    with pytest.raises(ValueError, match=r"area"):
        evaluate(*from_coco(*dataset(1)).parts, Settings(options={"areas": areas}))


def test_recalls_at_an_overlap_and_at_fifty_detections_have_names_of_their_own():
    found = values(evaluate(*from_coco(*dataset(3)).parts, Settings(max_dets=50)))
    assert {"AR1", "AR10", "AR50dets", "AR50", "AR75"} <= found.keys()
    assert found["AR50"] > found["AR50dets"]
