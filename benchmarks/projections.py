"""UMAP as the projection job runs it, beside umap-learn alone and FiftyOne's compute_visualization.

Usage: python benchmarks/projections.py [VECTORS] [DIMENSION] [--fiftyone PYTHON] [--no-seed]
                                        [--method M] [--only WORD]

Random unit vectors around 100 centres. Every line is a process of its own, the import of libraries
included, reading the vectors not. `cold` starts with an empty folder for what numba compiles,
`warm` with the one that the line before left. `--fiftyone` names the Python of an environment with
fiftyone and umap-learn (see benchmarks/fiftyone_peer.py; the CPU time of its database is not
counted). With a seed umap-learn works on one core.

Quality, of 1,000 vectors: trustworthiness (Venna and Kaski, 2001) among 2,000, and the share of the
15 nearest of all that are among the 15 nearest of all on the map.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.map.projections.methods import fit, pca_preview, place
from visionlens_jlab.map.projections.neighbours import nearest_among
from visionlens_jlab.map.projections.parameters import resolved_parameters

CENTRES, SAMPLED, NEIGHBOURS, MORE = 100, 2000, 15, 1000
PEER = Path(__file__).with_name("fiftyone_peer.py")


def main() -> None:
    """Run each line and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", nargs="?", type=int, default=10_000)
    parser.add_argument("dimension", nargs="?", type=int, default=512)
    parser.add_argument("--method", default="umap", choices=["umap", "tsne", "pacmap", "pca"])
    parser.add_argument("--fiftyone", metavar="PYTHON")
    parser.add_argument("--only", default="")
    parser.add_argument("--no-seed", action="store_true")
    parser.add_argument("--child", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--what", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    seed = None if options.no_seed else 42
    if options.child:
        child(options.child, options.what, options.method, seed)
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = groups(options.vectors + MORE, options.dimension)
        np.save(Path(folder) / "rows.npy", rows)
        print(f"{options.vectors:,} x {options.dimension}, {options.method}, seed {seed}, "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip
        print("|                         | wall s | CPU s | peak MiB | trustworthiness | kept |")
        print("| ----------------------- | ------ | ----- | -------- | --------------- | ---- |")
        for name, what in lines(options):
            if options.only in name:
                run(name, what, Path(folder), rows[: options.vectors], options)


def lines(options: argparse.Namespace) -> list[tuple[str, str]]:
    """What is run, by the name it is given."""
    found = [("VisionLens", "ours")]
    if options.method == "umap":
        found.append(("umap-learn alone", "alone"))
        if options.fiftyone:
            found.append(("FiftyOne", "fiftyone"))
    return [(f"{name}, {how}", what) for name, what in found for how in ("cold", "warm")]


def run(name: str, what: str, folder: Path, rows: np.ndarray, options: argparse.Namespace) -> None:
    """One line: a process, its figures, the quality of what it left."""
    seed = ["--no-seed"] if options.no_seed else []
    if what == "fiftyone":
        command = [options.fiftyone, str(PEER), "umap", str(folder), str(len(rows)), *seed]
    else:
        command = [sys.executable, __file__, "--child", str(folder), "--what", what]
        command += ["--method", options.method, *seed]
    env = {**os.environ, "NUMBA_CACHE_DIR": str(folder / f"compiled-{what}")}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    coordinates = np.load(folder / "coordinates.npy")
    print(f"| {name:23} | {figures['wall']:6.1f} | {figures['cpu']:5.1f} | {figures['mib']:8.0f} |"
          f" {trustworthiness(rows, coordinates):15.4f} | {kept(rows, coordinates):.2f} |"
          f" {figures.get('more', '')}", flush=True)  # fmt: skip


def groups(count: int, width: int) -> np.ndarray:
    """Unit vectors around centres, float32."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CENTRES, width), dtype=np.float32)
    rows = centres[rng.integers(0, CENTRES, count)]
    rows += rng.standard_normal((count, width), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def child(folder: Path, what: str, method: str, seed: int | None) -> None:
    """Project, leave coordinates.npy, print figures as JSON."""
    rows = np.load(folder / "rows.npy")
    clock = Clock()
    figures: dict[str, Any] = {}
    if what == "alone":
        import umap

        reducer = umap.UMAP(metric="cosine", random_state=seed)
        coordinates = reducer.fit_transform(rows[:-MORE])
        figures |= clock.figures()
    else:
        coordinates = ours(rows, method, seed, clock, figures)
    np.save(folder / "coordinates.npy", coordinates)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures | {"mib": peak}))


def ours(
    rows: np.ndarray, method: str, seed: int | None, clock: Clock, figures: dict[str, Any]
) -> np.ndarray:
    """Preview and projection, then a thousand more placed."""
    ids, count = np.arange(len(rows), dtype=np.uint32), len(rows) - MORE
    components, start = pca_preview(rows[:count], 2, _quiet)
    preview = clock.figures()
    fitted = fit(
        method,
        ids[:count],
        rows[:count],
        components,
        start,
        seed=seed,
        parameters=resolved_parameters(method, {}),
        watch=_quiet,
    )
    figures |= clock.figures()
    clock = Clock()
    placed = place(fitted, ids, rows, watch=_quiet)
    assert placed is not None
    figures["more"] = (
        f"preview after {preview['wall']:.1f} s ({preview['cpu']:.1f} CPU s), "
        f"{MORE:,} more placed in {clock.figures()['cpu']:.1f} CPU s"
    )
    return fitted.coordinates


def _quiet(stage: str, done: int, total: int | None) -> None:
    pass


def trustworthiness(rows: np.ndarray, coordinates: np.ndarray) -> float:
    """As Venna and Kaski (2001) define it, on a sample."""
    chosen = np.random.default_rng(1).permutation(len(rows))[:SAMPLED]
    rows, coordinates = rows[chosen], coordinates[chosen].astype(np.float64)
    n, k = len(rows), NEIGHBOURS
    far = 1 - rows @ rows.T
    np.fill_diagonal(far, -1)
    rank = np.argsort(np.argsort(far, axis=1), axis=1)
    apart = ((coordinates[:, None] - coordinates[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1)[:, :k]
    penalty = np.maximum(np.take_along_axis(rank, near, axis=1) - k, 0).sum()
    return float(1 - penalty * 2 / (n * k * (2 * n - 3 * k - 1)))


def kept(rows: np.ndarray, coordinates: np.ndarray) -> float:
    """Share of the nearest that are still so on the map."""
    chosen = np.random.default_rng(2).permutation(len(rows))[: SAMPLED // 2]
    near, _ = nearest_among(rows[chosen], rows, NEIGHBOURS + 1)
    total = 0
    for row, wanted in zip(chosen.tolist(), near, strict=True):
        apart = ((coordinates - coordinates[row]) ** 2).sum(axis=1)
        found = np.argpartition(apart, NEIGHBOURS)[: NEIGHBOURS + 1]
        total += len({*found.tolist()} & {*wanted.tolist()}) - 1
    return total / (NEIGHBOURS * len(chosen))


class Clock:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def figures(self) -> dict[str, float]:
        """Both."""
        return {
            "wall": time.monotonic() - self._wall,
            "cpu": time.process_time() - self._cpu,
        }


if __name__ == "__main__":
    main()
