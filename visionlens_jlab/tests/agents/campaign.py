"""Worlds by the dozen: `python -m visionlens_jlab.tests.agents.campaign street 2000 0-19`.

Prints, for each seed and run, which plants were found, which were missed with their nearest
finding, and what was found that is a decoy or nothing.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from visionlens_jlab.analysis.shapes import AnalyseRequest, AnalysisResult, Target
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.tests.agents.judging import Judged, judge
from visionlens_jlab.tests.agents.worlds import World, make_world

LIMIT = 20
SEEDS = 20
RUNS = ("run_a", "run_b")
TARGETS: tuple[Target, ...] = ("miss_rate", "false_positive_rate")


def analysed(world: World, *, depth: int = 3, **asked: Any) -> AnalysisResult:
    """The findings of a world."""
    request = AnalyseRequest(
        dataset="world", evaluation=world.run, depth=depth, limit=LIMIT, **asked
    )
    return analyse(world.given, request)


def analysed_by_target(world: World, *, depth: int = 3) -> AnalysisResult:
    """The findings of a world, asked for misses and for false positives one after the other."""
    results = [analysed(world, depth=depth, target=target) for target in TARGETS]
    findings = [one for result in results for one in result.findings]
    return results[0].model_copy(update={"findings": findings})


def main() -> None:
    """Run a campaign and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("world")
    parser.add_argument("n", type=int)
    parser.add_argument("seeds", help="0-19")
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    low, _, high = options.seeds.partition("-")
    found = wanted = 0
    for seed in range(int(low), int(high or low) + 1):
        for run in RUNS:
            world = make_world(options.folder, options.world, options.n, seed, run)
            started = time.perf_counter()
            result = analysed_by_target(world)
            seconds = time.perf_counter() - started
            fresh = make_world(options.folder, options.world, options.n, other(seed), run)
            judged = judge(world, result, fresh)
            found += len(judged.found)
            wanted += len(judged.found) + len(judged.missed)
            _print(seed, run, seconds, result, judged)
    print(f"recall {found}/{wanted}")


def other(seed: int) -> int:
    """The seed of the world on which findings are checked."""
    return (seed + 1) % SEEDS


def _print(seed: int, run: str, seconds: float, result: AnalysisResult, judged: Judged) -> None:
    print(
        f"seed {seed} {run}: {len(result.findings)} findings, {result.analysis.tested} tested, "
        f"{seconds:.1f} s, found {judged.found}"
    )
    for key, nearest in judged.missed.items():
        print(f"   missed {key}: {nearest}")
    for name in ("decoys", "false", "ahead", "early", "others"):
        for told in getattr(judged, name):
            print(f"   {name}: {told}")


if __name__ == "__main__":
    main()
