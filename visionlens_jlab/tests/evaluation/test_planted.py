"""Planted failures come out in errors and in the comparison of runs."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.views.shapes import Cell, OutcomeFilter
from visionlens_jlab.evaluation.comparison import compare
from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.selection import select
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.planted import Planted

AT_HALF = Settings(iou=(0.5,), confidence=0.5)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    return Planted(tmp_path_factory.mktemp("street"), "street", 3000)


def night(image):
    return image["time_of_day"] == "night"


def miss_rate(found, kind):
    row = next(row for row in recount(found).per_class if row.name == kind)
    return row.false_negatives / row.support


def test_pedestrians_are_missed_at_night(street):
    for run in ("run_a", "run_b"):
        dark = evaluate(*street.case(run, night).parts, AT_HALF)
        light = evaluate(*street.case(run, lambda image: not night(image)).parts, AT_HALF)
        assert miss_rate(dark, "pedestrian") > 3 * miss_rate(light, "pedestrian")
        assert miss_rate(dark, "pedestrian") > 2 * miss_rate(dark, "car")


def test_small_cones_are_taken_for_traffic_lights(street):
    found = evaluate(*street.case("run_a").parts, AT_HALF)
    cells = {(cell.true, cell.predicted): cell.count for cell in recount(found).confusion}
    others = [
        count
        for (true, predicted), count in cells.items()
        if true == "cone" and predicted not in (None, "cone", "traffic light")
    ]
    confused = cells["cone", "traffic light"]
    assert confused > 5 * max(others, default=1)

    def chosen(**conditions):
        return len(select(found, OutcomeFilter(evaluation="e", **conditions)))

    cell = Cell(true="cone", predicted="traffic light")
    small = chosen(cell=cell, area_range=(0, 400))
    assert chosen(cell=cell) == 2 * confused
    assert small > chosen(cell=cell, area_range=(400, 1e9))
    errors = {share.type: share.count for share in recount(found).errors}
    assert errors["classification"] >= confused


def test_run_b_is_better_but_not_at_night(street):
    runs = ("run_a", "run_b")
    whole = compare(*(evaluate(*street.case(run).parts, AT_HALF) for run in runs), replicates=200)
    dark = compare(
        *(evaluate(*street.case(run, night).parts, AT_HALF) for run in runs), replicates=200
    )
    overall, at_night = (each.metrics[1] for each in (whole, dark))
    assert overall.name == at_night.name == "AP50"
    assert overall.difference > 0 and overall.p < 0.05 and overall.reliable
    assert at_night.difference < 0 and at_night.p < 0.05
    model = whole.model("a", "b")
    assert model.better > model.worse
    model = dark.model("a", "b")
    assert model.better < model.worse
