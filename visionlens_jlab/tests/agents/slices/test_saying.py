"""What is said of slices that are no findings: each sentence is true of the data."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest, AnalysisResult
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.prediction import Expected
from visionlens_jlab.analysis.slices.settings import EXPLAINED_Z
from visionlens_jlab.analysis.slices.units import SliceInput, half
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.tests.agents.reading import rows_of
from visionlens_jlab.tests.agents.slices.toy import toy_input


def analysed(given: SliceInput, **asked: Any) -> AnalysisResult:
    return analyse(given, AnalyseRequest(dataset="toy", **asked))


def with_values(given: SliceInput, values: np.ndarray) -> SliceInput:
    return replace(given, units=[replace(given.units[0], values=values)])


def mask_of(given: SliceInput, predicate: str) -> np.ndarray:
    mask = np.zeros(len(given.label_ids), dtype=bool)
    mask[rows_of(given, "labels", predicate)] = True
    return mask


def test_no_conditions_are_said_twice() -> None:
    """Missed, and missed as a type of error: the same labels and the same words."""
    given = toy_input(5, groups=900, effects={("light=dark",): 1.2, ("class=cow",): 1.0})
    again = replace(given.units[0], target="error_type", error="missed")
    result = analysed(replace(given, units=[again, given.units[0]]))
    said = Counter(one.predicate for one in result.findings)
    assert set(said.values()) == {1} and len(said) == 2
    assert {one.target for one in result.findings} == {"miss_rate"}
    repeated = {
        one.predicate: one for one in result.analysis.unconfirmed if one.reason == "repeated"
    }
    assert set(repeated) == set(said)
    named = {one.finding: one.predicate for one in result.findings}
    for predicate, one in repeated.items():
        assert one.target == "error_type" and named[one.covered_by or ""] == predicate


@pytest.mark.parametrize("seed", range(6))
def test_what_is_explained_has_nothing_left(seed: int) -> None:
    """Given the finding that is named, and that alone; what still has something is called weak."""
    effects = {("class=cat",): 0.9, ("light=dark", "class=dog"): 1.1, ("place=B",): 0.25}
    given = toy_input(seed, groups=700, effects=effects)
    result = analysed(given)
    discovery = half(given, given.units[0], discovery=True)
    masks = {one.finding: mask_of(given, one.predicate)[discovery.rows] for one in result.findings}
    assert masks
    for one in result.analysis.unconfirmed:
        mask = mask_of(given, one.predicate)[discovery.rows]
        if one.reason == "explained":
            left = Expected(discovery, [masks[one.covered_by or ""]], "rate").excess(mask)
            assert left.z < EXPLAINED_Z
        if one.reason == "covered":
            assert not (mask & ~masks[one.covered_by or ""]).any()
    for finding in result.findings:
        for other in finding.inseparable:
            model = Expected(discovery, [masks[finding.finding]], "rate")
            assert model.excess(mask_of(given, other.predicate)[discovery.rows]).z < EXPLAINED_Z


def small(groups: int = 500, bad: int = 10) -> SliceInput:
    """Nearly all is missed on the plate of a few groups."""
    given = toy_input(4, groups=groups, per_group=1)
    samples = given.samples
    plates = np.arange(groups) % 50 + 10
    plates[:: groups // bad] = 0
    column = samples["light"].combine_chunks()
    named = type(column).from_arrays(plates.astype(np.int32), [f"P{n}" for n in range(60)])
    place = samples.column_names.index("plate")
    given = replace(given, samples=samples.set_column(place, "plate", named))
    values = given.units[0].values.copy()
    values[plates[given.label_samples] == 0] = 1.0
    return with_values(given, values)


def test_what_is_too_small_to_be_tested_is_named() -> None:
    given = small()
    result = analysed(given)
    assert not [one for one in result.findings if "P0" in one.predicate]
    seen = next(one for one in result.analysis.untested if one.predicate == "plate = 'P0'")
    mask = mask_of(given, seen.predicate)
    assert (seen.effect.units, seen.effect.events) == (mask.sum(), mask.sum())
    assert seen.effect.groups == 10
    assert "at least" in seen.reason and "min_groups" in seen.reason
    # The same with smaller numbers asked for is tested.
    asked = analysed(given, min_objects=8, min_groups=2).analysis
    assert "plate = 'P0'" not in {one.predicate for one in asked.untested}


def test_chance_is_not_named_as_too_small() -> None:
    named = sum(bool(analysed(toy_input(seed, groups=300)).analysis.untested) for seed in range(12))
    assert named <= 1


def test_so_few_that_nothing_can_be_tested() -> None:
    given = toy_input(0, groups=40, per_group=1, per_sample=1)
    info = analysed(given).analysis
    assert info.tested == 0
    (text,) = info.warnings
    assert "Too few objects to test any slice" in text and "min_objects" in text


@pytest.mark.parametrize(("value", "said"), [(1.0, "All of the"), (0.0, "None of the")])
def test_all_or_nothing_is_said(value: float, said: str) -> None:
    given = toy_input(0, groups=200)
    info = analysed(with_values(given, np.full(len(given.label_ids), value))).analysis
    assert not info.findings and not info.untested
    (text,) = info.warnings
    assert text.startswith(f"{said} {len(given.label_ids):,} objects are missed")


def test_no_field_that_took_part_is_left_out() -> None:
    """A field may be of no use for one target and of some for another."""
    given = toy_input(3, groups=500)
    units = given.units[0]
    rare = np.flatnonzero(mask_of(given, "light = 'bright'"))
    few = replace(
        units,
        target="false_positive_rate",
        rows=units.rows[rare],
        values=units.values[rare],
        view=ViewSpec(level="annotations"),
    )
    info = analysed(replace(given, units=[few, units])).analysis
    assert [one.field for one in info.left_out] == ["plate"]
    alone = analysed(replace(given, units=[few])).analysis
    assert [one.field for one in alone.left_out] == ["light", "plate"]


def test_fields_are_named_as_predicates_or_people_write_them() -> None:
    given = toy_input(1, groups=700, effects={("light=dark",): 1.5})
    spaced = [
        replace(one, field='"light of day"', name="samples.light of day")
        if one.name == "light"
        else one
        for one in given.features
    ]
    samples = given.samples.rename_columns(
        ["samples.light of day" if name == "light" else name for name in given.samples.column_names]
    )
    given = replace(given, samples=samples, features=spaced)
    for name in ("light of day", '"Light of Day"', "sample.light of day"):
        found = analysed(given, fields=[name]).findings
        assert [one.predicate for one in found] == ["\"light of day\" = 'dark'"]
        assert not analysed(given, exclude=[name]).findings
