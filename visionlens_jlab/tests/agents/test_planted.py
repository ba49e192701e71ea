"""What is planted is found, first, and nothing is found that is a decoy alone.

Plants that can be asked for are those that the manifest calls `planted` and of which each half has
50 objects in 20 groups (`World.establishable`). `hidden` is in no field, so nothing can say it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.analysis.shapes import AnalysisResult, Finding
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.tests.agents.campaign import (
    RUNS,
    SEEDS,
    TARGETS,
    analysed,
    analysed_by_target,
    other,
)
from visionlens_jlab.tests.agents.judging import Judged, judge
from visionlens_jlab.tests.agents.reading import rows_of
from visionlens_jlab.tests.agents.worlds import World, make_world

FALSE = 0.05
"""Share of analyses in which something false may stand before a plant: Holm's level."""
AHEAD = 0.1
"""Share of analyses in which anything may stand before a plant."""
CERTAIN = {"interaction", "small"}
"""Plants so strong that every world of 2,000 images shows them; others are counted over many."""


@pytest.fixture(scope="module")
def result(street_world: World) -> AnalysisResult:
    return analysed(street_world, depth=2, target="miss_rate")


@pytest.fixture(scope="module")
def findings(result: AnalysisResult) -> list[Finding]:
    return result.findings


def test_strong_plants_are_found(street_world: World, findings: list[Finding]) -> None:
    result = analysed(street_world, depth=1, target="miss_rate")
    found = result.model_copy(update={"findings": findings})
    judged = judge(street_world, found, street_world)
    assert set(judged.found) >= CERTAIN
    assert not judged.decoys and not judged.early


def test_the_same_data_and_seed_give_the_same(street_world: World, findings: list[Finding]) -> None:
    again = analysed(street_world, depth=2, target="miss_rate").findings
    assert [one.model_dump() for one in again] == [one.model_dump() for one in findings]


def test_views_of_what_is_no_finding_give_its_units(
    result: AnalysisResult, worlds_folder: Path
) -> None:
    dataset = vl.open("world", data_dir=worlds_folder / "street-1600-0" / "home", read_only=True)
    store = dataset._backend._store
    tested = [one for one in result.analysis.unconfirmed if one.confirmation]
    assert tested
    for one in tested:
        units = one.discovery.units + one.confirmation.units
        assert store.view(one.view).ids.size == units
    dataset.close()


def test_predicates_give_the_counts_of_findings(
    street_world: World, findings: list[Finding], worlds_folder: Path
) -> None:
    dataset = vl.open("world", data_dir=worlds_folder / "street-1600-0" / "home", read_only=True)
    store = dataset._backend._store
    assert findings
    for one in findings:
        assert len(dataset.view(one.predicate, level=one.level).ids) == one.count
        assert store.view(one.view).ids.size == one.units
        assert store.view(one.failures).ids.size == one.discovery.events + one.confirmation.events
        assert one.discovery.units + one.confirmation.units == one.units
        assert sorted(dataset.sql(one.sql).column(0).to_pylist()) == sorted(
            store.view(ViewSpec(level=one.level, where=one.predicate)).ids.tolist()
        )
        assert len(rows_of(street_world.given, "labels", one.predicate)) == one.count
    dataset.close()


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", ["street", "harbour"])
@pytest.mark.parametrize("n", [2000, 20_000])
def test_recall_over_many_worlds(worlds_folder: Path, name: str, n: int) -> None:
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    decoys: list[str] = []
    early: list[str] = []
    ahead: set[tuple[int, str, str]] = set()
    for seed in range(SEEDS):
        for run in RUNS:
            one = _judged(worlds_folder, name, n, seed, run)
            found.update(one.found.keys())
            missed.update(one.missed.keys())
            decoys += one.decoys
            early += one.early
            ahead |= {(seed, run, told.split()[0]) for told in one.ahead}
    print(name, n, "found", dict(found), "missed", dict(missed), *decoys, *early, *ahead, sep="\n")
    assert found.total() >= 0.9 * (found.total() + missed.total())
    assert not decoys
    analyses = SEEDS * len(RUNS) * len(TARGETS)
    assert len(early) <= FALSE * analyses
    assert len(ahead) <= AHEAD * analyses


def _judged(folder: Path, name: str, n: int, seed: int, run: str) -> Judged:
    world = make_world(folder, name, n, seed, run)
    fresh = make_world(folder, name, n, other(seed), run)
    return judge(world, analysed_by_target(world), fresh)
