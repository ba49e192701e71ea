"""Outcomes, counts and selections at any threshold."""

from __future__ import annotations

import numpy as np
import pytest

from visionlens_jlab.core.views.shapes import Cell, OutcomeFilter
from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.evaluated import load
from visionlens_jlab.evaluation.matching.outcomes import events
from visionlens_jlab.evaluation.metrics.curves import best_confidence, curves
from visionlens_jlab.evaluation.selection import select
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import CLASSES, dataset
from visionlens_jlab.tests.evaluation.plain import outcomes
from visionlens_jlab.tests.evaluation.readers import from_coco

LEVELS = (0.1, 0.45, 0.8)


def wanted(**conditions):
    return OutcomeFilter(evaluation="e", **conditions)


def chosen(found, **conditions):
    return select(found, wanted(**conditions)).tolist()


@pytest.mark.parametrize("class_aware", [True, False])
@pytest.mark.parametrize("iou", [0.5, 0.75])
def test_matched_pairs_are_those_of_a_plain_reading(iou, class_aware):
    matches = 0
    for seed in range(40):
        case = from_coco(*dataset(seed))
        found = evaluate(*case.parts, Settings(operating_iou=iou, class_aware=class_aware))
        for confidence in LEVELS:
            pairs, false, missed, ignored = outcomes(case, iou, confidence, class_aware)
            at = events(found, confidence)
            hit = at.outcome == 0
            ids = zip(
                found.predictions.ids[at.prediction[hit]].tolist(),
                found.labels.ids[at.label[hit]].tolist(),
                strict=True,
            )
            assert set(ids) == pairs
            for name, own in (
                ("true_positive", {number for pair in pairs for number in pair}),
                ("false_positive", false),
                ("false_negative", missed),
                ("ignored", ignored),
            ):
                assert chosen(found, outcomes=[name], confidence=confidence) == sorted(own)
            matches += len(pairs)
    assert matches > 500


@pytest.mark.parametrize("protocol", ["coco", "voc"])
@pytest.mark.parametrize("class_aware", [True, False])
def test_a_recount_is_a_fresh_evaluation_at_its_threshold(protocol, class_aware):
    for seed in range(40, 60):
        case = from_coco(*dataset(seed))
        whole = evaluate(*case.parts, Settings(protocol, class_aware=class_aware))
        for confidence in (*LEVELS, whole.confidence):
            kept = case.predictions.take(np.flatnonzero(case.predictions.scores >= confidence))
            settings = Settings(protocol, class_aware=class_aware, confidence=0.0)
            fresh = recount(evaluate(case.labels, kept, case.images, case.classes, settings))
            again = recount(whole, confidence)
            assert plain_counts(again) == plain_counts(fresh)


def plain_counts(counts):
    """Without metrics and deltas, which are over all confidences."""
    shown = counts.model_dump(exclude={"operating_point"})
    for row in shown["per_class"]:
        row.pop("metrics")
    for share in shown["errors"]:
        share.pop("delta_ap50")
    return shown


@pytest.mark.parametrize("class_aware", [True, False])
def test_every_count_is_the_number_of_its_annotations(class_aware):
    mixed = 0
    for seed in range(60, 80):
        settings = Settings(class_aware=class_aware)
        found = evaluate(*from_coco(*dataset(seed)).parts, settings)
        counts = recount(found)
        mixed += any(
            None not in (cell.true, cell.predicted) and cell.true != cell.predicted
            for cell in counts.confusion
        )
        hits = chosen(found, outcomes=["true_positive"])
        assert len(hits) == 2 * counts.true_positives
        assert len(chosen(found, outcomes=["ignored"])) == counts.ignored
        for row in counts.per_class:
            own = chosen(found, outcomes=["false_negative"], classes=[row.name])
            assert len(own) == row.false_negatives
            own = chosen(found, outcomes=["false_positive"], classes=[row.name])
            assert len(own) == row.false_positives
        for share in counts.errors:
            assert len(chosen(found, errors=[share.type])) == share.count
        for cell in counts.confusion:
            ends = 1 if None in (cell.true, cell.predicted) else 2
            own = chosen(found, cell=Cell(true=cell.true, predicted=cell.predicted))
            assert len(own) == ends * cell.count
        assert sum(cell.count for cell in counts.confusion if cell.true) == sum(
            row.support for row in counts.per_class
        )
        assert sum(cell.count for cell in counts.confusion if cell.predicted) == sum(
            row.predictions for row in counts.per_class
        )
        for name, span in (("confidence", "confidence_range"), ("area", "area_range")):
            shown = curves(found)
            at = 0.0 if name == "confidence" else None
            for bin in shown.histograms[name]:
                own = chosen(found, confidence=at, **{span: (bin.low, bin.high)})
                ends = {"true_positive": 2, "ignored": 0}
                ignored = bin.counts.get("ignored", 0)
                least = sum(ends.get(kind, 1) * many for kind, many in bin.counts.items())
                assert least <= len(own) <= least + 2 * ignored
    assert mixed >= 5


def test_confidence_of_the_greatest_f1():
    for seed in range(80, 100):
        found = evaluate(*from_coco(*dataset(seed)).parts)
        levels = [0.0, *found.predictions.scores.tolist()]
        scores = [recount(found, level).f1 or 0.0 for level in levels]
        assert recount(found, best_confidence(found)).f1 == pytest.approx(max(scores))
        assert recount(found).operating_point.confidence == best_confidence(found)


def test_counts_of_some_images_add_up():
    found = evaluate(*from_coco(*dataset(3)).parts)
    first = np.arange(6) < 3
    parts = [recount(found, 0.3, rows) for rows in (first, ~first)]
    whole = recount(found, 0.3)
    for name in ("true_positives", "false_positives", "false_negatives", "ignored"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert chosen(found) == sorted(
        select(found, wanted(), first).tolist() + select(found, wanted(), ~first).tolist()
    )


def test_what_is_saved_is_what_is_loaded(tmp_path):
    found = evaluate(*from_coco(*dataset(5)).parts)
    found.save(tmp_path / "e.npz")
    again = load(tmp_path / "e.npz")
    assert recount(again, 0.4) == recount(found, 0.4)
    for name in (None, *CLASSES):
        assert curves(again, name) == curves(found, name)
    assert again.settings == found.settings and again.metrics == found.metrics


def test_what_has_no_box_or_class_takes_no_part():
    case = from_coco(*dataset(5))
    labels, seen = case.labels, case.predictions
    labels.boxes[0], seen.classes[3] = np.nan, -1
    found = evaluate(labels, seen, case.images, case.classes)
    assert len(found.labels.ids) == len(labels) - 1
    assert seen.ids[3] not in found.predictions.ids
    assert found.warnings == [
        "1 labels without a box take no part.",
        "0 labels and 1 predictions without a class take no part.",
    ]
    agnostic = evaluate(labels, seen, case.images, case.classes, Settings(class_aware=False))
    assert seen.ids[3] in agnostic.predictions.ids
    assert agnostic.classes == [*CLASSES, "(no class)"]
    assert sum(row.predictions for row in recount(agnostic, 0.0).per_class) <= len(seen)
    seen.scores[0] = np.nan
    with pytest.raises(ValueError):
        evaluate(labels, seen, case.images, case.classes)


def test_nothing_to_evaluate():
    case = from_coco(*dataset(5))
    for rows in ([], None):
        none = case.labels.take(np.zeros(0, int))
        labels = none if rows is None else case.labels
        seen = case.predictions.take(np.zeros(0, int)) if rows == [] else case.predictions
        found = evaluate(labels, seen, case.images, case.classes)
        counts = recount(found)
        assert counts.true_positives == 0
        assert counts.recall == (0.0 if rows == [] else None)
        curves(found), curves(found, "bear")
    with pytest.raises(KeyError):
        curves(found, "no such class")
