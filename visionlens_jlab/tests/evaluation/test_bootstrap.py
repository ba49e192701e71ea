"""Intervals and comparisons: exact where they can be, honest in simulations where not."""

from __future__ import annotations

import numpy as np
import pytest

from visionlens_jlab.evaluation.comparison import compare
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.matching.objects import ImageInfo
from visionlens_jlab.evaluation.metrics.bootstrap import draws, intervals, replicate, resampled
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import dataset
from visionlens_jlab.tests.evaluation.readers import from_coco, values
from visionlens_jlab.tests.evaluation.simulated import AP50_ONLY, CLASSES, ap50_alone, sample


def drawn_again(case, times):
    """The same dataset with each image as often as told, as images of their own."""
    rows = np.repeat(np.arange(len(times)), times)
    parts = []
    for objects in (case.labels, case.predictions):
        own = [np.flatnonzero(objects.images == row) for row in rows]
        many = objects.take(np.concatenate([np.zeros(0, int), *own]))
        many.images[:] = np.repeat(np.arange(len(rows)), [len(each) for each in own])
        parts.append(many)
    images = ImageInfo(np.arange(len(rows)), np.arange(len(rows)), case.images.sizes[rows])
    return *parts, images, case.classes


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(class_aware=False),
        Settings("voc"),
        Settings("voc", iou=(0.5, 0.75), options={"interpolation": "11"}),
        Settings(geometry="keypoints", options={"sigmas": [0.05, 0.1, 0.08]}),
    ],
    ids=["coco", "agnostic", "voc", "voc11", "keypoints"],
)
def test_a_weight_is_an_image_drawn_so_often(settings):
    rng = np.random.default_rng(0)
    for seed in range(10):
        truth, results = dataset(seed, keypoints=3 * (settings.geometry == "keypoints"))
        for entry, place in zip(results, rng.permutation(len(results)), strict=True):
            entry["score"] = place / len(results)  # ties of one image would change places
        case = from_coco(truth, results)
        found = evaluate(*case.parts, settings)
        for times in (np.ones(6, int), rng.multinomial(6, [1 / 6] * 6)):
            source = resampled(found, np.arange(6))
            metrics, own = source.values(times[:, None].astype(np.float32))
            fresh = evaluate(*drawn_again(case, times), settings)
            wanted = values(fresh)
            for name, value in zip(source.names, metrics[:, 0], strict=True):
                if wanted[name] is None:
                    assert np.isnan(value), name
                else:
                    assert value == pytest.approx(wanted[name], abs=0.011), name
            if settings.class_aware:
                column = fresh.table.names.index("AP50")
                if settings.protocol == "voc" and len(settings.iou) > 1:
                    column = fresh.table.names.index("AP")
                assert own[:, 0] == pytest.approx(
                    fresh.table.values[:, column], abs=0.011, nan_ok=True
                )


def test_weights_of_one_give_the_metrics():
    labels, images, seen = sample(np.random.default_rng(1), 300)
    found = evaluate(labels, seen, images, CLASSES)
    source = resampled(found, np.arange(300))
    metrics, _ = source.values(np.ones((300, 3), dtype=np.float32))
    wanted = [metric.value for metric in found.metrics]
    for row, value in zip(metrics, wanted, strict=True):
        if value is not None:
            assert row == pytest.approx(value, abs=2e-4)


def test_every_group_is_drawn_as_often_as_there_are_groups():
    weights = np.concatenate(list(draws(30, 150, 1)), axis=1)
    assert weights.shape == (30, 150)
    assert (weights.sum(axis=0) == 30).all()
    assert weights.mean() == 1 and weights.std() == pytest.approx(1, abs=0.1)
    again = np.concatenate(list(draws(30, 150, 1)), axis=1)
    assert np.array_equal(weights, again)


def test_intervals_hold_their_metric_and_say_when_they_are_unreliable():
    labels, images, seen = sample(np.random.default_rng(2), 150)
    done = []
    found = evaluate(labels, seen, images, CLASSES, AP50_ONLY)
    found = intervals(found, 200, progress=done.append)
    assert done[-1] == 200
    for metric in found.metrics:
        if metric.value is not None:
            assert metric.low <= metric.value <= metric.high and metric.reliable
    assert (found.table.intervals[:, 2] == 1).all()
    paired = ImageInfo(images.sample_ids, images.groups // 2, images.sizes)
    fewer = intervals(evaluate(labels, seen, paired, CLASSES, AP50_ONLY), 200)
    assert fewer.group_count == 75
    assert not any(metric.reliable for metric in fewer.metrics)


def test_a_better_run_is_found_better():
    labels, images, worse, better = sample(np.random.default_rng(3), 200, qualities=(0.3, 1.3))
    a, b = (evaluate(labels, seen, images, CLASSES, AP50_ONLY) for seen in (worse, better))
    compared = compare(a, b, replicates=200)
    found = {each.name: each for each in compared.metrics}["AP50"]
    assert found.a == values(a)["AP50"] and found.b == values(b)["AP50"]
    assert 0 < found.low < found.difference < found.high and found.p < 0.02
    assert [each.name for each in compared.per_class] == CLASSES
    model = compared.model("a", "b")
    assert model.better > model.worse
    assert model.better + model.worse + model.equal == 200
    back = compare(b, a, replicates=200)
    assert np.array_equal(back.change, -compared.change)


def test_a_run_against_itself_and_over_other_images():
    labels, images, seen = sample(np.random.default_rng(4), 120)
    a = evaluate(labels, seen, images, CLASSES, AP50_ONLY)
    same = compare(a, a, replicates=100)
    assert all(each.difference == 0 and each.p == 1 for each in same.metrics if each.a is not None)
    assert (same.change == 0).all()
    kept = np.flatnonzero(seen.images >= 60)
    shifted = seen.take(kept)
    shifted.images[:] -= 60
    own = labels.take(np.flatnonzero(labels.images >= 60))
    own.images[:] -= 60
    half = ImageInfo(images.sample_ids[60:], images.groups[60:], images.sizes[60:])
    b = evaluate(own, shifted, half, CLASSES, AP50_ONLY)
    part = compare(a, b, replicates=100)
    assert len(part.sample_ids) == 60
    for each in part.metrics:
        if each.a is not None:
            assert each.difference == pytest.approx(0, abs=1e-3)
    with pytest.raises(ValueError):
        compare(a, evaluate(labels, seen, images, CLASSES, Settings("voc")))


def population_ap50():
    labels, images, seen = sample(np.random.default_rng(10**6), 100_000)
    return values(evaluate(labels, seen, images, CLASSES, AP50_ONLY))["AP50"]


def coverage(images, sets, truth, per_group=1):
    """How many 95% intervals of AP50 hold the population's."""
    held = 0
    for seed in range(sets):
        labels, info, seen = sample(np.random.default_rng(seed), images, per_group)
        found = ap50_alone(evaluate(labels, seen, info, CLASSES, AP50_ONLY))
        low, high = next(
            (each.low, each.high)
            for each in intervals(found, 500, seed).metrics
            if each.name == "AP50"
        )
        held += low <= truth <= high
    return held / sets


@pytest.mark.soak
@pytest.mark.parametrize(
    ("images", "per_group", "least", "most"),
    [(50, 1, 0.8, 1), (200, 1, 0.9, 0.98), (1000, 1, 0.92, 0.975), (1000, 5, 0.9, 0.98)],
)
def test_intervals_cover_what_they_say(images, per_group, least, most):
    share = coverage(images, 500, population_ap50(), per_group)
    print(f"{images} images in groups of {per_group}: {share:.1%} of 500 intervals hold AP50")
    assert least <= share <= most


@pytest.mark.soak
def test_runs_of_equal_quality_seldom_differ():
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        labels, images, *runs = sample(rng, 200, qualities=(1.0, 1.0))
        a, b = (ap50_alone(evaluate(labels, seen, images, CLASSES, AP50_ONLY)) for seen in runs)
        compared = compare(a, b, replicates=500, seed=seed)
        found.append(next(each.p for each in compared.metrics if each.name == "AP50"))
    print(f"p < .05 in {sum(p < 0.05 for p in found)} of 200 pairs")
    assert sum(p < 0.05 for p in found) <= 18


def test_replicates_of_no_predictions_are_zero():
    labels, images, seen = sample(np.random.default_rng(5), 20)
    found = evaluate(labels, seen.take(np.zeros(0, int)), images, CLASSES, AP50_ONLY)
    metrics, own = replicate(resampled(found, np.arange(20)), 20, 10, 0)
    assert (metrics[1] == 0).all() and (own == 0).all()
