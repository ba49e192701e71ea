"""Solving for stated rates, and realising them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from visionlens_demo.measure import match
from visionlens_demo.rates import Target, latents, realise, solve


@settings(max_examples=20, deadline=None)
@given(slice_rate=st.floats(0.25, 0.6), rest=st.floats(0.14, 0.2), seed=st.integers(0, 2**31 - 1))
def test_an_interaction_can_leave_its_margins_equal(
    slice_rate: float, rest: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.random(4000) < 0.2, rng.random(4000) < 0.2
    forced, lost = rng.random(4000) < 0.01, np.where(rng.random(4000) < 0.2, 0.1, 0.0)
    both = first & second
    for margin in (first, second):
        # what the slice leaves of its margin's misses has to cover those that come anyway
        room = rest * margin.sum() - slice_rate * both.sum()
        assume(room > 1.5 * np.where(forced, 1.0, lost)[margin & ~both].sum())
    targets = [
        Target(np.ones(4000, dtype=bool), rest),
        Target(first, rest),
        Target(second, rest),
        Target(both, slice_rate),
    ]
    probability = solve(targets, forced, lost)
    missed = 1 - (1 - probability) * (1 - np.where(forced, 0, lost))
    for target in targets:
        assert missed[target.mask].mean() == pytest.approx(target.rate, abs=0.005)
    assert (probability[forced] == 1).all()


@given(levels=st.lists(st.floats(0, 1), min_size=1, max_size=5), seed=st.integers(0, 2**31 - 1))
def test_realised_counts_are_the_expected_ones(levels: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    probability = np.round(rng.choice(levels, 500), 6)
    missed = realise(probability, rng.normal(size=500))
    assert missed.sum() == pytest.approx(probability.sum(), abs=1)
    for level in np.unique(probability):
        members = probability == level
        assert missed[members].sum() == pytest.approx(level * members.sum(), abs=1.01)


def test_bursts_share_more_of_their_difficulty() -> None:
    group = np.repeat(np.arange(400), 20)
    for burst, low, high in ((True, 0.2, 0.4), (False, 0.0, 0.16)):
        first, second = latents(group, np.full(8000, burst), np.random.default_rng(3))
        assert first.std() == pytest.approx(1, abs=0.1)
        assert np.corrcoef(first, second)[0, 1] > 0.5
        between = first.reshape(400, 20).mean(axis=1).var() - first.var() / 20
        assert low < between < high


def test_a_prediction_takes_its_best_label_once() -> None:
    labels = np.asarray([[0, 0, 10, 10], [4, 0, 10, 10]], dtype=float)
    predictions = np.asarray([[0, 0, 10, 10], [0.5, 0, 10, 10], [100, 0, 5, 5]], dtype=float)
    found, right = match(
        np.asarray([1, 1]), labels, np.asarray([1, 1, 1]), predictions, np.asarray([0.9, 0.8, 0.7])
    )
    assert found.tolist() == [True, False]
    assert right.tolist() == [True, False, False]
    found, right = match(
        np.asarray([1, 2]), labels, np.asarray([3, 3, 3]), predictions, np.asarray([0.9, 0.8, 0.7])
    )
    assert not found.any() and not right.any()
