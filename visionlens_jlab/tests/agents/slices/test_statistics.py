"""The statistics of slice discovery, held against plain implementations and simulations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.analysis.slices.contrasts import (
    benjamini_hochberg,
    contrast,
    effect,
    holm,
    normal_two_sided,
    robust,
    t_quantile,
    t_two_sided,
    wilson,
)
from visionlens_jlab.analysis.slices.prediction import Expected
from visionlens_jlab.analysis.slices.units import Half
from visionlens_jlab.tests.agents.slices.toy import half_of

P_VALUES = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=12)


@given(P_VALUES)
def test_benjamini_hochberg_rejects_what_its_definition_does(p: list[float]) -> None:
    adjusted = benjamini_hochberg(np.array(p))
    for alpha in (0.01, 0.05, 0.2, 0.7):
        ordered = sorted(p)
        passing = [k for k, one in enumerate(ordered, 1) if one * len(p) / k <= alpha]
        limit = ordered[passing[-1] - 1] if passing else -1.0
        assert [bool(a <= alpha) for a in adjusted] == [one <= limit for one in p]


@given(P_VALUES)
def test_holm_rejects_step_by_step(p: list[float]) -> None:
    adjusted = holm(np.array(p))
    for alpha in (0.01, 0.05, 0.2, 0.7):
        left = sorted(range(len(p)), key=lambda at: p[at])
        rejected = set()
        for place, at in enumerate(left):
            if p[at] * (len(p) - place) > alpha:
                break
            rejected.add(at)
        assert {at for at, a in enumerate(adjusted) if a <= alpha} == rejected


@given(P_VALUES, st.data())
def test_weighted_holm_is_holm_on_shares_of_alpha(p: list[float], data: st.DataObject) -> None:
    weights = [data.draw(st.sampled_from([0.25, 1.0, 2.0])) for _ in p]
    adjusted = holm(np.array(p), np.array(weights))
    for alpha in (0.01, 0.05, 0.2):
        left, rejected = set(range(len(p))), set()
        while left:
            best = min(left, key=lambda at: p[at] / weights[at])
            if p[best] > alpha * weights[best] / sum(weights[at] for at in left) * (1 + 1e-12):
                break
            rejected.add(best)
            left.remove(best)
        assert {at for at, a in enumerate(adjusted) if a <= alpha * (1 + 1e-12)} == rejected


@given(P_VALUES, st.integers(0, 30))
def test_tests_that_are_not_listed_count_as_ones(p: list[float], more: int) -> None:
    listed = benjamini_hochberg(np.array([*p, *[1.0] * more]))[: len(p)]
    np.testing.assert_allclose(benjamini_hochberg(np.array(p), len(p) + more), listed)


@pytest.mark.parametrize(
    ("df", "t", "p"),
    [(1, 1.0, 0.5), (2, math.sqrt(2), 1 - 1 / math.sqrt(2)), (1, 12.706204736, 0.05)],
)
def test_t_has_its_known_values(df: float, t: float, p: float) -> None:
    assert float(t_two_sided(t, df)) == pytest.approx(p, rel=1e-8)


@given(st.floats(0.5, 1e5))
@settings(max_examples=20, deadline=None)
def test_the_quantile_inverts_the_tail(df: float) -> None:
    assert float(t_two_sided(t_quantile(df), df)) == pytest.approx(0.05, rel=1e-6)


def test_t_becomes_normal() -> None:
    for z in (0.1, 1.0, 3.0, 8.0):
        assert float(t_two_sided(z, 1e9)) == pytest.approx(normal_two_sided(z), rel=1e-5)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_contrast_is_what_a_plain_loop_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, 12, 60))
    values = (rng.random(60) < 0.4).astype(float)
    mask = rng.random(60) < 0.5
    half = half_of(groups, values)
    found = contrast(half, mask)
    r = half.correlation
    means, parts, pooled = [], [], 0.0
    for side in (mask, ~mask):
        weight = {g: 1 / (1 + (np.sum(side & (groups == g)) - 1) * r) for g in set(groups[side])}
        total = sum(weight[g] for g in groups[side])
        mean = sum(weight[g] * v for g, v in zip(groups[side], values[side], strict=True)) / total
        parts.append(
            {g: weight[g] * sum(values[side & (groups == g)] - mean) / total for g in weight}
        )
        means.append(mean)
        pooled += values[side].var() / total
    added = [parts[0].get(g, 0.0) - parts[1].get(g, 0.0) for g in sorted(set(groups))]
    count = sum(abs(one) > 1e-9 * max(map(abs, added)) for one in added)
    robust = sum(one**2 for one in added) * count / max(count - 1, 1)
    assert found.rate == pytest.approx(values[mask].mean())
    assert found.rest == pytest.approx(values[~mask].mean())
    assert found.difference == pytest.approx(means[0] - means[1])
    assert found.se == pytest.approx(math.sqrt(max(robust, pooled)))


def _clustered(rng: np.random.Generator, groups: int, spread: float) -> tuple[Half, np.ndarray]:
    """Groups of 1 to 40 units with log-odds of their own; half of the groups are the slice."""
    sizes = np.where(rng.random(groups) < 0.15, rng.integers(10, 41, groups), 1)
    group = np.repeat(np.arange(groups), sizes)
    logit = -1.0 + spread * rng.normal(size=groups)[group]
    values = rng.random(len(group)) < 1 / (1 + np.exp(-logit))
    return half_of(group, values), (rng.random(groups) < 0.4)[group]


def _covered(runs: int) -> float:
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(runs):
        half, mask = _clustered(rng, 120, 1.0)
        found = effect(half, mask, binary=True)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 0 <= found.high
    return inside / runs


def test_intervals_of_clustered_units_cover() -> None:
    assert _covered(200) >= 0.91


@pytest.mark.soak
def test_intervals_of_clustered_units_cover_in_the_long_run() -> None:
    assert 0.94 <= _covered(5000) <= 0.99


def test_single_units_have_wilson_intervals() -> None:
    # Newcombe 1998, table II, (a): 56 of 70 against 48 of 80.
    values = np.repeat([1.0, 0.0, 1.0, 0.0], [56, 14, 48, 32])
    found = effect(half_of(np.arange(150), values), np.arange(150) < 70, binary=True)
    assert found.method == "Wilson"
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)
    low, high = wilson(81, 263)  # the same paper's example of one proportion
    assert (low, high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))


def test_a_slice_of_everything_or_nothing_has_no_difference() -> None:
    half = half_of(np.arange(10), np.ones(10))
    for mask in (np.ones(10, bool), np.zeros(10, bool)):
        found = effect(half, mask, binary=True)
        assert found.difference is None
        assert found.p is None


def test_without_an_effect_scores_are_standard_normal() -> None:
    """Of slices within groups and of whole groups, where groups share a difficulty."""
    rng = np.random.default_rng(7)
    scores: dict[str, list[float]] = {"group": [], "unit": []}
    for _ in range(60):
        groups = np.sort(rng.integers(0, 250, 2000))
        shared = rng.normal(size=250)[groups]
        half = half_of(groups, (rng.random(2000) < 1 / (1 + np.exp(1.5 - shared))).astype(float))
        known = (rng.random(250) < 0.3)[groups]
        expected = Expected(half, [known], "rate")
        for share in (0.1, 0.3):
            whole, part = (rng.random(250) < share)[groups], rng.random(2000) < share
            scores["group"].append(expected.excess(whole).z)
            scores["unit"].append(expected.excess(part).z)
    for name, found in scores.items():
        assert abs(np.mean(found)) < 0.3, name
        assert 0.75 < np.std(found) < 1.2, name


def test_many_groups_tell_their_error_themselves() -> None:
    """The floor under the error of few groups would take most of the power of many."""
    assert robust(np.full(40, 0.01), 1.0, 40) == 1.0
    assert robust(np.full(100, 0.01), 1.0, 100) == pytest.approx(0.01 * 100 / 99)


@pytest.mark.parametrize("scale", ["rate", "count", "score"])
def test_nothing_is_left_beyond_what_is_expected(scale: str) -> None:
    rng = np.random.default_rng(1)
    one, two = rng.random(3000) < 0.3, rng.random(3000) < 0.3
    odds = np.exp(-1.5 + 1.0 * one + 0.8 * two)
    values = {
        "rate": (rng.random(3000) < odds / (1 + odds)).astype(float),
        "count": rng.poisson(odds).astype(float),
        "score": rng.normal(0.5 * one + 0.3 * two, 0.5),
    }[scale]
    half = half_of(np.arange(3000), values)
    expected = Expected(half, [one, two], scale)  # type: ignore[arg-type]
    assert abs(expected.excess(one).mean) < 1e-3
    assert abs(expected.excess(one & two).z) < 3
    assert Expected(half, [one], scale).excess(two).z > 5  # type: ignore[arg-type]
    assert expected.excess(np.zeros(3000, bool)).z == 0
