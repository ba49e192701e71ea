"""Where there is nothing, nothing is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.units import SliceInput
from visionlens_jlab.tests.agents.campaign import RUNS
from visionlens_jlab.tests.agents.nulls import generated, permuted
from visionlens_jlab.tests.agents.worlds import make_world

ALLOWED = 18
"""Of 200 worlds: a test at 5% over all findings of a world finds something in 10 on average."""


def finds(given: SliceInput, depth: int = 2) -> list[str]:
    """What is found in a world in which there is nothing."""
    request = AnalyseRequest(dataset="null", evaluation=given.evaluation, depth=depth)
    return [one.predicate for one in analyse(given, request).findings]


def test_outcomes_are_those_of_other_groups() -> None:
    given = generated(0, images=300)
    shuffled = permuted(given, 1)
    for before, after in zip(given.units, shuffled.units, strict=True):
        assert (before.values != after.values).any()
        assert after.values.mean() == pytest.approx(before.values.mean(), rel=0.2)
    assert shuffled.samples is given.samples


def test_a_few_null_worlds() -> None:
    assert sum(bool(finds(generated(seed, images=800))) for seed in range(4)) <= 1


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_two_hundred_null_worlds(tmp_path: Path) -> None:
    found = {f"generated {seed}": finds(generated(seed)) for seed in range(100)}
    for seed in range(100):
        name = ("street", "harbour")[seed % 2]
        world = make_world(tmp_path, name, 2000, seed % 20, RUNS[seed // 2 % 2])
        found[f"permuted {seed}"] = finds(permuted(world.given, seed))
    false = {name: predicates for name, predicates in found.items() if predicates}
    print(len(false), *false.items(), sep="\n")
    assert len(false) <= ALLOWED
