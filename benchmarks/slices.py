"""Slice discovery over 100,000 objects with 30 fields.

Usage: python benchmarks/slices.py [--objects 100000] [--depth 2] [--runs 3] [--peers PYTHON]

20 fields of categories (3 to 40 values) and 10 of numbers, half of them of images; objects in
groups of 1 to 25 images that are hard together; a slice of two conditions in which twice as many
are missed. Wall and CPU seconds (all threads) of the calls alone, least of some runs, imports not
counted. PYTHON is an interpreter with `sliceline` (PyPI), another implementation of the search; it
gets the same codes, numbers cut into ten. Others that are open look at clusters, not at
conjunctions.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

PEER = """
import json, sys, time
import numpy as np
from sliceline.slicefinder import Slicefinder
with np.load(sys.argv[1]) as file:
    codes, errors = file["codes"], file["errors"]
taken = []
for _ in range(int(sys.argv[3])):
    start, used = time.perf_counter(), time.process_time()
    finder = Slicefinder(alpha=0.95, k=10, max_l=int(sys.argv[2]), min_sup=100, verbose=False)
    finder.fit(codes, errors)
    taken.append((time.perf_counter() - start, time.process_time() - used))
print(json.dumps([min(column) for column in zip(*taken)]))
print(finder.top_slices_[:3], file=sys.stderr)
"""


def make(objects: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray, Any]:
    """Columns of images and of objects, the groups of images, and what was missed of what."""
    rng = np.random.default_rng(11)
    images = objects // 7
    big = rng.random(images) < 0.03
    sizes = np.where(big, rng.integers(8, 26, images), rng.integers(1, 4, images))
    groups = np.repeat(np.arange(images), sizes)[:images]
    of = np.sort(rng.integers(0, images, objects))
    count = int(groups[-1]) + 1
    samples: dict[str, np.ndarray] = {}
    labels: dict[str, np.ndarray] = {}
    for number in range(10):
        values = 3 + 4 * number
        samples[f"place_{number}"] = rng.integers(0, values, count)[groups]
        labels[f"kind_{number}"] = rng.integers(0, values, objects)
    for number in range(5):
        samples[f"measure_{number}"] = rng.normal(size=count)[groups] + rng.normal(size=images)
        labels[f"extent_{number}"] = rng.lognormal(size=objects)
    inside = (samples["place_0"][of] == 1) & (labels["kind_1"] == 2)
    hard = rng.normal(0, 0.5, count)[groups][of]
    rate = 1 / (1 + np.exp(1.8 - hard - 0.9 * inside))
    missed = (rng.random(objects) < rate).astype(np.float64)
    return samples, labels, groups, (of, missed)


def as_input(objects: int) -> Any:
    """The same as a `SliceInput`."""
    import pyarrow as pa

    from visionlens_jlab.analysis.slices.terms import Feature
    from visionlens_jlab.analysis.slices.units import SliceInput, Units
    from visionlens_jlab.core.views.shapes import ViewSpec

    samples, labels, groups, (of, missed) = make(objects)
    features, tables = [], []
    for level, columns in (("samples", samples), ("annotations", labels)):
        table = {}
        for name, values in columns.items():
            number = values.dtype.kind == "f"
            words = None if number else pa.array([f"v{code}" for code in range(values.max() + 1)])
            codes = pa.array(values if number else values.astype(np.int32))
            table[name] = codes if number else pa.DictionaryArray.from_arrays(codes, words)
            kind = "number" if number else "category"
            features.append(Feature(name, name, f"{level}.{name}", name, level, kind))
        tables.append(pa.table(table))
    rows = np.arange(objects, dtype=np.int32)
    view = ViewSpec(level="annotations")
    return SliceInput(
        evaluation="run",
        run="run",
        confidence=0.5,
        digest="benchmark",
        sample_ids=np.arange(len(groups), dtype=np.uint32),
        groups=groups.astype(np.int32),
        samples=tables[0],
        label_ids=rows.astype(np.uint32),
        label_samples=of.astype(np.int32),
        labels=tables[1],
        prediction_ids=np.empty(0, np.uint32),
        prediction_samples=np.empty(0, np.int32),
        predictions=tables[1].slice(0, 0),
        features=features,
        units=[Units("miss_rate", None, "annotations", "labels", "rate", rows, missed, view, view)],
    )


def ours(objects: int, depth: int, runs: int) -> None:
    """Print what `analyse` takes and finds."""
    from visionlens_jlab.analysis.shapes import AnalyseRequest
    from visionlens_jlab.analysis.slices.discovery import analyse

    given = as_input(objects)
    request = AnalyseRequest(dataset="benchmark", depth=depth)
    taken = []
    for _ in range(runs):
        given.__dict__.pop("discovery", None)
        wall, cpu = time.perf_counter(), time.process_time()
        result = analyse(given, request)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (min(column) for column in zip(*taken, strict=True))
    found = [one.predicate for one in result.findings]
    print(f"ours: wall {wall:.2f} s, CPU {cpu:.2f} s, {result.analysis.tested} tested, {found}")


def peer(python: str, objects: int, depth: int, runs: int) -> None:
    """Print what sliceline takes for the same conjunctions."""
    samples, labels, _, (of, missed) = make(objects)
    columns = [*(values[of] for values in samples.values()), *labels.values()]
    codes = np.column_stack([_coded(values) for values in columns])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codes.npz"
        np.savez(path, codes=codes, errors=missed)
        done = subprocess.run(
            [python, "-c", PEER, str(path), str(depth), str(runs)],
            check=True,
            capture_output=True,
            text=True,
        )
    wall, cpu = json.loads(done.stdout.splitlines()[-1])
    print(f"sliceline: wall {wall:.2f} s, CPU {cpu:.2f} s")
    print(done.stderr.strip())


def _coded(values: np.ndarray) -> np.ndarray:
    """From 1; numbers in tenths."""
    if values.dtype.kind != "f":
        return values + 1
    return 1 + np.searchsorted(np.quantile(values, np.arange(1, 10) / 10), values)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers")
    options = parser.parse_args()
    ours(options.objects, options.depth, options.runs)
    if options.peers:
        peer(options.peers, options.objects, options.depth, options.runs)


if __name__ == "__main__":
    sys.exit(main())
