"""Tabular worlds by the dozen: `python -m visionlens_jlab.tests.agents.tabular_campaign 0-9`."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, AnalysisResult, Finding
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.tests.agents.reading import rows_of
from visionlens_jlab.tests.agents.tabular import Planted, TabularWorld, make
from visionlens_jlab.tests.agents.trades import TRADES

MATCH = 0.8
"""Jaccard index from which a finding is what was planted."""
BY_DEGREES = 0.5
"""The same where an effect has no border; then there may be no other finding of its field."""
TRUE_SHARE = 0.5
"""Share of a finding's difference that must be true of the rates that were drawn from."""


@dataclass
class Judged:
    """`found` and `missed`: plants; `false`: findings that are not true; `others`: true ones that
    are no plant's, or say one again."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def analysed(world: TabularWorld, **asked: Any) -> AnalysisResult:
    """With defaults, unless asked otherwise."""
    request = AnalyseRequest(dataset="tabular", evaluation=world.given.evaluation, **asked)
    return analyse(world.given, request)


def mask_of(world: TabularWorld, one: Finding) -> np.ndarray:
    """bool (units,), read anew from its predicate."""
    mask = np.zeros(len(world.rates), dtype=bool)
    mask[rows_of(world.given, "labels", one.predicate)] = True
    return mask


def judge(world: TabularWorld, result: AnalysisResult) -> Judged:
    """Compare what was found with what is planted and what is true."""
    judged = Judged()
    masks = [mask_of(world, one) for one in result.findings]
    claimed: set[int] = set()
    for plant in world.plants:
        if not is_establishable(world, plant):
            continue
        overlaps = [(plant.mask & one).sum() / (plant.mask | one).sum() for one in masks]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best >= 0 and overlaps[best] >= _least(world, plant, result):
            claimed.add(best)
            judged.found.append(plant.kind)
        else:
            near = f"{overlaps[best]:.2f} {result.findings[best].predicate}" if overlaps else "none"
            told = f"{plant.kind}: {plant.text} ({plant.mask.sum()} units): {near}"
            judged.missed.append(told)
    for at, (one, mask) in enumerate(zip(result.findings, masks, strict=True)):
        true = world.rates[mask].mean() - world.rates[~mask].mean()
        shown = one.confirmation.difference or 0.0
        told = f"{one.predicate} [{one.units}] {shown:.2f}, truly {true:.2f}"
        if true < TRUE_SHARE * shown:
            judged.false.append(told)
        elif at not in claimed:
            judged.others.append(told)
    return judged


def is_establishable(world: TabularWorld, plant: Planted) -> bool:
    """Whether each half has as many units and groups of it as an analysis asks for."""
    given, least = world.given, AnalyseRequest(dataset="tabular")
    halves = given.discovery[given.label_samples]
    groups = given.groups[given.label_samples]
    return all(
        mask.sum() >= least.min_objects and len(np.unique(groups[mask])) >= least.min_groups
        for mask in (plant.mask & halves, plant.mask & ~halves)
    )


def _least(world: TabularWorld, plant: Planted, result: AnalysisResult) -> float:
    """How far a finding must overlap what is planted."""
    if plant.kind != "smooth":
        return MATCH
    fields = [{condition.field for condition in one.conditions} for one in result.findings]
    return BY_DEGREES if fields.count({world.trade.size}) == 1 else 2.0


def main() -> None:
    """Run a campaign and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", help="0-9")
    parser.add_argument("--trade", choices=[*TRADES], default=None)
    parser.add_argument("--depth", type=int, default=2)
    options = parser.parse_args()
    low, _, high = options.seeds.partition("-")
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    false = others = 0
    began = time.process_time()
    for seed in range(int(low), int(high or low) + 1):
        for name in [options.trade] if options.trade else TRADES:
            world = make(TRADES[name], seed)
            one = judge(world, analysed(world, depth=options.depth))
            found.update(one.found)
            missed.update(told.partition(":")[0] for told in one.missed)
            false, others = false + len(one.false), others + len(one.others)
            print(name, seed, "found", one.found, flush=True)
            for title, told in (
                ("MISSED", one.missed),
                ("FALSE", one.false),
                ("other", one.others),
            ):
                for line in told:
                    print("   ", title, line)
    total = found.total() + missed.total()
    print(
        f"{found.total()} of {total}; false {false}; others {others}; "
        f"{time.process_time() - began:.0f} CPU s"
    )
    print({kind: f"{found[kind]} of {found[kind] + missed[kind]}" for kind in found | missed})


if __name__ == "__main__":
    main()
