"""How slices are said beside each other, and where their numbers are cut."""

from __future__ import annotations

import numpy as np
import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.slices.cut_points import _best, _tried, refine
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.encoding import Columns
from visionlens_jlab.analysis.slices.prediction import Expected, Scale, gains
from visionlens_jlab.analysis.slices.terms import Feature, Term
from visionlens_jlab.analysis.slices.units import Half, half
from visionlens_jlab.tests.agents.slices.toy import half_of, toy_input


def _found(effects: dict[tuple[str, ...], float], *, seed: int = 3) -> set[frozenset[str]]:
    given = toy_input(seed, groups=1500, effects=effects)
    result = analyse(given, AnalyseRequest(dataset="toy", depth=3))
    return {frozenset(condition.text for condition in one.conditions) for one in result.findings}


DARK, CAT, LOW = "light = 'dark'", "class = 'cat'", "tide = 'low'"


def test_a_cause_of_its_own_is_no_term_of_another() -> None:
    found = _found({("light=dark",): 1.0, ("class=cat", "tide=low"): 1.5})
    assert found == {frozenset({DARK}), frozenset({CAT, LOW})}


def test_the_slice_around_one_is_found_too() -> None:
    found = _found({("class=cat", "tide=low"): 0.9, ("class=cat", "tide=low", "light=dark"): 1.8})
    assert found == {frozenset({CAT, LOW}), frozenset({CAT, LOW, DARK})}


def test_three_conditions_are_not_said_as_two() -> None:
    found = _found({("class=cat", "tide=low", "light=dark"): 1.6})
    assert found == {frozenset({CAT, LOW, DARK})}


def test_values_as_bad_as_each_other_are_a_set() -> None:
    found = _found({("place=A",): 1.0, ("place=C",): 1.0})
    assert found == {frozenset({"place in ('A', 'C')"})}


def test_values_that_differ_are_no_set() -> None:
    """Else the worse of two is said with a slighter one, and half of what it does is lost."""
    found = _found({("place=A",): 1.3, ("place=C",): 0.7})
    assert found == {frozenset({"place = 'A'"}), frozenset({"place = 'C'"})}


def test_most_of_a_field_is_no_set() -> None:
    found = _found({("light=dark",): 1.0, ("light=dusk",): 1.0})
    assert found == {frozenset({DARK}), frozenset({"light = 'dusk'"})}


def _drawn(scale: Scale) -> tuple[Half, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    one, two = rng.random(2000) < 0.3, rng.random(2000) < 0.3
    linear = -1.5 + 1.0 * one + 0.8 * two
    values = {
        "rate": (rng.random(2000) < 1 / (1 + np.exp(-linear))).astype(float),
        "count": rng.poisson(np.exp(linear)).astype(float),
        "score": rng.normal(linear, 1.0),
    }[scale]
    rows = np.arange(2000)
    return Half(rows, rows.astype(np.int32), values, rows.astype(np.int32), rows), one, two


def _likelihood(values: np.ndarray, linear: np.ndarray, scale: Scale) -> float:
    """Its logarithm, but for what does not depend on the predictor."""
    if scale == "rate":
        return float((values * linear - np.log1p(np.exp(linear))).sum())
    if scale == "count":
        return float((values * linear - np.exp(linear)).sum())
    return float(-((values - linear) ** 2).sum() / 2)


@pytest.mark.parametrize("scale", ["rate", "count", "score"])
def test_a_gain_is_the_most_that_a_shift_adds_to_the_likelihood(scale: Scale) -> None:
    half, one, two = _drawn(scale)
    model = Expected(half, [one, two], scale)
    offsets = model.offsets(1)
    by_unit = np.where(one, offsets.max(), offsets.min())
    counts, totals = model.sums_of(two)
    gained = gains(counts, totals, offsets, model)[0] * model.dispersion
    tried = [_likelihood(half.values, by_unit + d * two, scale) for d in np.linspace(0, 2, 401)]
    assert gained == pytest.approx(max(tried) - tried[0], rel=1e-3)
    better = Expected(half, [one, ~two], scale)
    counts, totals = better.sums_of(~two)
    assert gains(counts, totals, better.offsets(1), better)[0] == pytest.approx(0.0, abs=1e-6)


def test_a_slice_is_weighed_by_its_own_units_of_each_group() -> None:
    """As plainly reckoned: a group's weight hangs on how many units of it a slice has."""
    rng = np.random.default_rng(2)
    groups = np.sort(rng.integers(0, 60, 900)).astype(np.int32)
    shared = rng.normal(size=60)[groups]
    values = (rng.random(900) < 1 / (1 + np.exp(1.5 - shared))).astype(float)
    half = half_of(groups, values)
    one, codes = rng.random(900) < 0.4, rng.integers(0, 4, 900)
    model = Expected(half, [one], "rate")
    cover = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)
    rows = np.flatnonzero(rng.random(900) < 0.7)
    counts, totals = model.part(rows).sums(codes[rows], cover)
    correlation = half.correlation_of(model.residuals)
    assert correlation > 0.05
    for slice_, covered in enumerate(cover):
        inside = np.zeros(900, bool)
        inside[rows[covered[codes[rows]] == 1]] = True
        sizes = np.bincount(half.groups[inside], minlength=half.group_count)[half.groups]
        weights = np.where(inside, 1 / (1 + (np.maximum(sizes, 1) - 1) * correlation), 0.0)
        for cell, where in enumerate((~one, one)):
            assert counts[slice_, cell] == pytest.approx(weights[where].sum())
            assert totals[slice_, cell] == pytest.approx((weights * half.values)[where].sum())
        for mine, told in zip(model.sums_of(inside), (counts, totals), strict=True):
            np.testing.assert_allclose(mine[0], told[slice_])


def test_a_number_is_cut_in_a_wide_gap() -> None:
    """Where nothing lies between .42 and .6, a change there is said to be at .5."""
    rng = np.random.default_rng(4)
    blurred = rng.random(3000) < 0.25
    blur = np.where(blurred, rng.uniform(0.6, 1.0, 3000), rng.uniform(0.0, 0.42, 3000))
    values = (rng.random(3000) < np.where(blurred, 0.22, 0.15)).astype(float)
    cuts = _tried(blur)
    model = Expected(half_of(np.arange(3000), values), [blur > 0.7], "rate")
    bins = np.searchsorted(cuts, blur, side="left")
    gain = gains(
        *model.part(np.arange(3000)).sums_of_cuts(bins, len(cuts), above=True),
        model.offsets(0),
        model,
    )
    feature = Feature("blur", "blur", "blur", "blur", "samples", "number")
    assert _best(Term(feature, ">", 0.7), blur, cuts, gain).value == 0.5


def test_a_number_is_cut_where_it_changes() -> None:
    given = toy_input(2, groups=1500, effects={("blur>0.5",): 1.0})
    units = given.units[0]
    columns, discovery = Columns(given, units), half(given, units, discovery=True)
    blur = next(one for one in given.features if one.name == "blur")
    rough = (Term(blur, ">", 0.36),)
    model = Expected(discovery, [columns.all_of(rough)[discovery.rows]], "rate")
    (term,) = refine(rough, discovery, columns, model, 0, least=50)
    assert term.value == pytest.approx(0.5, abs=0.03)
    (same,) = refine((Term(blur, ">", 2.0),), discovery, columns, model, 0, least=10**6)
    assert same.value == 2.0
