"""Slice discovery as a whole, on small drawn datasets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest, AnalysisResult
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.encoding import Columns
from visionlens_jlab.analysis.slices.units import SliceInput
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.agents.slices.toy import feature, toy_input

EFFECTS = {
    ("light=dark", "class=cat"): 1.5,
    ("blur>0.5",): 0.6,
    ("place=A", "tide=low", "class=dog"): 1.7,
    ("class=cow", "area<400"): 1.6,
}


@pytest.fixture(scope="module")
def planted() -> tuple[SliceInput, AnalysisResult]:
    given = toy_input(5, groups=1500, effects=EFFECTS)
    return given, analyse(given, AnalyseRequest(dataset="toy", depth=3))


def _mask(given: SliceInput, text: str) -> np.ndarray:
    owner = given.label_samples
    light = np.array(given.samples["light"].to_pylist())[owner]
    place = np.array(given.samples["place"].to_pylist())[owner]
    tide = np.array(given.samples["tide"].to_pylist())[owner]
    blur = given.samples["blur"].to_numpy()[owner]
    klass = np.array(given.labels["class"].to_pylist())
    area = given.labels["area"].to_numpy()
    return {
        "night cats": (light == "dark") & (klass == "cat"),
        "blurred": blur > 0.5,
        "deep": (place == "A") & (tide == "low") & (klass == "dog"),
        "small cows": (klass == "cow") & (area < 400),
    }[text]


def test_planted_slices_are_found_and_nothing_else(
    planted: tuple[SliceInput, AnalysisResult],
) -> None:
    given, result = planted
    columns = Columns(given, given.units[0])
    found = []
    for finding in result.findings:
        terms = [
            next(one for one in given.features if one.field == condition.field)
            for condition in finding.conditions
        ]
        assert len(terms) == len(finding.conditions)
        found.append(_rows(given, columns, finding.predicate))
    names = ["night cats", "blurred", "deep", "small cows"]
    for name in names:
        wanted = _mask(given, name)
        best = max((wanted & one).sum() / (wanted | one).sum() for one in found)
        assert best >= 0.8, name
    assert len(found) == 4


def _rows(given: SliceInput, columns: Columns, predicate: str) -> np.ndarray:
    """Rows of a predicate, read anew from its text."""
    mask = np.ones(len(given.label_ids), dtype=bool)
    by_field = {one.field: one for one in given.features}
    for part in predicate.split(" and "):
        field, op, value = part.split(" ", 2)
        if op == "=":
            codes, words = columns.words(by_field[field])
            mask &= codes == words.index(value.strip("'"))
        else:
            numbers = columns.numbers(by_field[field])
            mask &= numbers > float(value) if op == ">" else numbers <= float(value)
    return mask


def test_counts_and_examples_are_those_of_the_predicate(
    planted: tuple[SliceInput, AnalysisResult],
) -> None:
    given, result = planted
    columns = Columns(given, given.units[0])
    missed = given.units[0].values > 0
    for finding in result.findings:
        rows = _rows(given, columns, finding.predicate)
        assert finding.count == finding.units == rows.sum()
        assert finding.groups == len(np.unique(given.groups[given.label_samples[rows]]))
        examples = np.array(finding.examples) - 1
        assert 1 <= len(examples) <= 20
        assert (rows & missed)[examples].all()
        groups = given.groups[given.label_samples[examples]]
        assert len(np.unique(groups)) == len(groups)
        assert finding.discovery.units + finding.confirmation.units == finding.units
        assert finding.view.where == finding.predicate == finding.failures.where


def test_the_same_input_gives_the_same_findings(
    planted: tuple[SliceInput, AnalysisResult],
) -> None:
    given, result = planted
    again = analyse(given, AnalyseRequest(dataset="toy", depth=3))
    assert again.findings == result.findings
    assert again.analysis.unconfirmed == result.analysis.unconfirmed


def test_every_finding_has_enough_units_and_groups_in_both_halves(
    planted: tuple[SliceInput, AnalysisResult],
) -> None:
    given, _ = planted
    request = AnalyseRequest(dataset="toy", depth=3, min_objects=400, min_groups=150)
    result = analyse(given, request)
    assert result.findings
    for finding in result.findings:
        for effect in (finding.discovery, finding.confirmation):
            assert effect.units >= 400
            assert effect.groups >= 150


def test_what_is_worse_for_another_finding_in_it_stands_behind() -> None:
    effects = {("light=dark", "class=cat"): 2.2, ("class=cat",): 0.45, ("place=A",): 0.75}
    given = toy_input(1, groups=2000, effects=effects)
    found = analyse(given, AnalyseRequest(dataset="toy", depth=2)).findings
    assert [one.predicate for one in found] == [
        "light = 'dark' and class = 'cat'",
        "place = 'A'",
        "class = 'cat'",
    ]
    most = max(found, key=lambda one: (one.confirmation.low or 0) * one.units)
    assert most.predicate == "class = 'cat'"


def test_fields_can_be_chosen_and_left_out() -> None:
    given = toy_input(1, groups=1000, effects=EFFECTS)
    only = analyse(given, AnalyseRequest(dataset="toy", fields=["light", "class"]))
    assert {c.field for one in only.findings for c in one.conditions} <= {"light", "class"}
    without = analyse(given, AnalyseRequest(dataset="toy", exclude=["light"]))
    assert "light" not in {c.field for one in without.findings for c in one.conditions}
    assert without.analysis.tested < analyse(given, AnalyseRequest(dataset="toy")).analysis.tested


def test_a_field_of_many_values_is_left_out_with_a_reason() -> None:
    result = analyse(toy_input(groups=300), AnalyseRequest(dataset="toy"))
    reasons = {one.field: one.reason for one in result.analysis.left_out}
    different = len(set(toy_input(groups=300).samples["plate"].to_pylist()))
    assert f" {different} values" in reasons["plate"]


def _with_wind(given: SliceInput, wind: np.ndarray) -> SliceInput:
    """With a number of each sample; NaN is missing."""
    samples = given.samples.append_column("wind", pa.array(wind, from_pandas=True))
    features = [*given.features, feature("wind", kind="number", origin="user")]
    return replace(given, samples=samples, features=features)


def _fields(given: SliceInput) -> set[str]:
    result = analyse(given, AnalyseRequest(dataset="toy", exclude=["light"]))
    return {one.field for finding in result.findings for one in finding.conditions}


def test_of_a_field_with_missing_values_other_values_count() -> None:
    """It is known in the dark alone, where much is missed: that says nothing of the wind."""
    given = toy_input(3, groups=1500, effects={("light=dark",): 1.2})
    rng = np.random.default_rng(4)
    dark = np.array(given.samples["light"].to_pylist()) == "dark"
    wind = np.where(dark, np.round(rng.uniform(0, 24, len(dark)), 1), np.nan)
    assert "wind" not in _fields(_with_wind(given, wind))
    rate = np.where(np.nan_to_num(wind) > 14, 0.4, 0.15)[given.label_samples]
    values = (rng.random(len(rate)) < rate).astype(float)
    windy = replace(given, units=[replace(given.units[0], values=values)])
    assert _fields(_with_wind(windy, wind)) == {"wind"}


def test_nothing_to_count_is_said() -> None:
    with pytest.raises(VisionLensError) as caught:
        analyse(toy_input(groups=5), AnalyseRequest(dataset="toy", target="false_positive_rate"))
    assert caught.value.code == "ANALYSIS_INVALID"


def test_progress_is_told_and_can_end_the_analysis() -> None:
    given = toy_input(groups=200, effects=EFFECTS)
    stages = []
    analyse(
        given,
        AnalyseRequest(dataset="toy"),
        progress=lambda stage, done, total: stages.append((stage, done <= total)),
    )
    assert all(fine for _, fine in stages)
    assert {stage for stage, _ in stages} >= {"search miss_rate", "describe"}

    def stop(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(given, AnalyseRequest(dataset="toy"), progress=stop)
