"""Slices planted in worlds of other trades: ranges, sets, degrees, small ones, twins, gaps."""

from __future__ import annotations

from collections import Counter

import pytest

from visionlens_jlab.tests.agents.tabular import Kind, make
from visionlens_jlab.tests.agents.tabular_campaign import analysed, judge
from visionlens_jlab.tests.agents.trades import TRADES

HELD_OUT = range(100, 115)
FOUND = 23 / 26


@pytest.mark.parametrize(
    ("trade", "seed", "kinds"),
    [
        ("medical", 101, ("between", "set")),
        ("retail", 102, ("between", "small")),
        ("medical", 100, ("smooth", "twin", "gaps")),
        ("drone", 103, ("between", "twin", "plain")),
    ],
)
def test_each_kind_is_found_and_nothing_false(
    trade: str, seed: int, kinds: tuple[Kind, ...]
) -> None:
    world = make(TRADES[trade], seed)
    judged = judge(world, analysed(world))
    assert set(kinds) <= set(judged.found), judged.missed
    assert not judged.false


@pytest.mark.parametrize("trade", [*TRADES])
def test_nothing_is_found_where_nothing_is(trade: str) -> None:
    """However alike the units of a group are, and however many fields there are."""
    world = make(TRADES[trade], 1, kinds=(), spread=1.5, junk=25)
    assert not analysed(world).findings


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_recall_over_many_tabular_worlds() -> None:
    found: Counter[str] = Counter()
    missed: list[str] = []
    false: list[str] = []
    for seed in HELD_OUT:
        for trade in TRADES.values():
            world = make(trade, seed)
            one = judge(world, analysed(world))
            found.update(one.found)
            missed += one.missed
            false += one.false
    print(dict(found), *missed, *false, sep="\n")
    assert found.total() >= FOUND * (found.total() + len(missed))
    assert not false


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_tabular_null_worlds() -> None:
    found = []
    for seed in range(34):
        for trade in TRADES.values():
            world = make(
                trade, seed, kinds=(), spread=(0.3, 0.9, 1.5)[seed % 3], junk=seed % 2 * 25
            )
            found += [one.predicate for one in analysed(world).findings]
    assert not found
