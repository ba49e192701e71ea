"""What an analysis found, beside what is planted in its world."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from visionlens_demo.generate import WORLDS
from visionlens_jlab.analysis.shapes import AnalysisResult, Finding
from visionlens_jlab.analysis.slices.units import Population, Units
from visionlens_jlab.tests.agents.reading import rows_of
from visionlens_jlab.tests.agents.worlds import Plant, World

MATCH = 0.8
"""Jaccard index of object sets from which a finding is a plant's."""


TRUE_SHARE = 0.5
"""Share of the difference shown that fresh data must have for a finding to be true of them."""


@dataclass
class Judged:
    """An analysis's result against its world.

    `found`: plant -> rank of its finding among those of its target, from 0; `missed`: plant -> its
    nearest finding. `decoys`: findings of a decoy alone. `others`: findings that are no plant's but
    true of fresh data; `false`: those that are not. `ahead`: those of both that stand before a
    plant's first; `early`: those of them that are not true.
    """

    found: dict[str, int] = field(default_factory=dict)
    missed: dict[str, str] = field(default_factory=dict)
    decoys: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)


def judge(world: World, result: AnalysisResult, fresh: World) -> Judged:
    """Compare a result with what is planted, and with another world of the same make."""
    judged = Judged()
    matches = {one.finding: _plants_of(world, one) for one in result.findings}
    for key, plant in world.establishable().items():
        ranked = [one for one in result.findings if one.target == _target(key)]
        ranks = [at for at, one in enumerate(ranked) if key in matches[one.finding]]
        if ranks:
            judged.found[key] = ranks[0]
        else:
            judged.missed[key] = _nearest(world, plant, ranked)
    for target in dict.fromkeys(one.target for one in result.findings):
        ranked = [one for one in result.findings if one.target == target]
        ranks = [at for key, at in judged.found.items() if _target(key) == target]
        last = max(ranks, default=-1)
        for at, one in enumerate(ranked):
            if is_decoy(world, one):
                judged.decoys.append(_told(one))
            if matches[one.finding]:
                continue
            true = is_true(fresh, one)
            (judged.others if true else judged.false).append(_told(one))
            if at < last:
                judged.ahead.append(_told(one))
                judged.early += [] if true else [_told(one)]
    return judged


def is_true(fresh: World, one: Finding) -> bool:
    """Whether other data of the same make show at least half of a finding's difference."""
    units = _units(fresh, one)
    inside = np.isin(units.rows, rows_of(fresh.given, units.population, one.predicate))
    if not inside.any() or inside.all():
        return False
    difference = units.values[inside].mean() - units.values[~inside].mean()
    return bool(difference >= TRUE_SHARE * (one.confirmation.difference or 0.0) > 0)


def _target(key: str) -> str:
    return "false_positive_rate" if key == "false_positives" else "miss_rate"


def _told(one: Finding) -> str:
    name = f"{one.target} {one.error or ''} {one.level}"
    return f"{name}: {one.predicate} [{one.action.kind}] {_effect(one)}"


def _effect(one: Finding) -> str:
    return f"{one.confirmation.rate:.3f} vs {one.confirmation.rest:.3f}, n={one.units}"


def _units(world: World, one: Finding) -> Units:
    wanted = (one.target, one.error, one.level)
    return next(u for u in world.given.units if (u.target, u.error, u.level) == wanted)


def jaccard(a: np.ndarray, b: np.ndarray) -> float:
    """Of two sets of rows."""
    either = len(np.union1d(a, b))
    return len(np.intersect1d(a, b)) / either if either else 0.0


def rows_of_plant(world: World, plant: Plant, of: Population) -> np.ndarray:
    """A plant's rows in a population."""
    if of == "labels":
        return plant.labels
    if of == "samples":
        return plant.images
    return np.flatnonzero(np.isin(world.given.prediction_samples, plant.images))


def overlap(world: World, one: Finding, plant: Plant) -> float:
    """Jaccard index of a finding's rows and a plant's."""
    of = _units(world, one).population
    return jaccard(rows_of(world.given, of, one.predicate), rows_of_plant(world, plant, of))


def _plants_of(world: World, one: Finding) -> list[str]:
    keys = {"false_positive_rate": {"false_positives"}, "miss_rate": _keys_of_misses(world)}
    mine = sorted(keys.get(one.target, set()))
    return [key for key in mine if overlap(world, one, world.plants[key]) >= MATCH]


def _keys_of_misses(world: World) -> set[str]:
    return {"interaction", "deep", "weak", "small"} | ({"worse"} if world.run == "run_b" else set())


def _nearest(world: World, plant: Plant, ranked: list[Finding]) -> str:
    best = max(ranked, key=lambda one: overlap(world, one, plant), default=None)
    if best is None:
        return "no finding"
    return f"{overlap(world, best, plant):.2f} {best.predicate}"


def is_decoy(world: World, one: Finding) -> bool:
    """Whether a finding is a decoy's own.

    The tied camera, fields of bursts, the field of many values, the one with gaps and the doomed
    bursts never are findings; lower confidences are not to be met by collecting more.
    """
    made = WORLDS[world.name]
    fields = {condition.field for condition in one.conditions}
    nothing = {made.camera_field, made.decoys.many_field, made.decoys.missing_field}
    nothing |= {category.name for category in made.burst_fields}
    shifted = world.plants["shifted_scores"]
    collects = one.target == "miss_rate" and one.action.kind == "collect"
    return bool(fields & nothing) or (collects and overlap(world, one, shifted) >= MATCH)
