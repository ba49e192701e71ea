"""UMAP as the projection job runs it, beside umap-learn alone.

Usage: python benchmarks/projections.py [VECTORS] [DIMENSION] [--method M] [--alone] [--compiled D]

Random unit vectors around 100 centres. Each run is one process; start it twice with the same
`--compiled` to see what compiled code kept on the disk saves. Trustworthiness (share of the 15
nearest in the projection that are near in the space too, scaled as usual) of 2,000 samples.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from visionlens_jlab.embedding.projections import fit, pca_preview, place, resolved_parameters
from visionlens_jlab.embedding.projections.numba_cache import keep_compiled_code_in

CENTRES, SAMPLED, NEIGHBOURS = 100, 2000, 15


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", nargs="?", type=int, default=10_000)
    parser.add_argument("dimension", nargs="?", type=int, default=512)
    parser.add_argument("--method", default="umap", choices=["umap", "tsne", "pacmap", "pca"])
    parser.add_argument("--alone", action="store_true", help="umap-learn without our code")
    parser.add_argument("--compiled", type=Path, default=None)
    parser.add_argument("--no-seed", action="store_true")
    options = parser.parse_args()
    rows = groups(options.vectors, options.dimension)
    seed = None if options.no_seed else 42
    if options.alone:
        coordinates = alone(rows, seed)
    else:
        with tempfile.TemporaryDirectory() as folder:
            keep_compiled_code_in(options.compiled or Path(folder))
            coordinates = ours(rows, options.method, seed)
    print(f"trustworthiness {trustworthiness(rows, coordinates):.4f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def groups(count: int, width: int) -> np.ndarray:
    """Unit vectors around centres, float32."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CENTRES, width), dtype=np.float32)
    rows = centres[rng.integers(0, CENTRES, count)]
    rows += rng.standard_normal((count, width), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def alone(rows: np.ndarray, seed: int | None) -> np.ndarray:
    """umap-learn, its import and compilation included."""
    clock = Clock()
    import umap

    coordinates = umap.UMAP(metric="cosine", random_state=seed).fit_transform(rows)
    clock.say("umap-learn alone")
    return np.asarray(coordinates)


def ours(rows: np.ndarray, method: str, seed: int | None) -> np.ndarray:
    """Preview, projection, placing a thousand more."""
    stages: dict[str, float] = {}

    def watch(stage: str, done: int, total: int | None) -> None:
        stages[stage] = time.monotonic()

    ids, count = np.arange(len(rows), dtype=np.uint32), len(rows) - 1000
    clock = Clock()
    components, start = pca_preview(rows[:count], 2, watch)
    clock.say("preview (principal components)")
    clock = Clock()
    fitted = fit(
        method,
        ids[:count],
        rows[:count],
        components,
        start,
        seed=seed,
        parameters=resolved_parameters(method, {}),
        watch=watch,
    )
    clock.say(f"{method} of {count:,}")
    clock = Clock()
    placed = place(fitted, ids, rows, watch=watch)
    clock.say("1,000 more placed")
    assert placed is not None
    return placed.coordinates


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


class Clock:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def say(self, what: str) -> None:
        """Print them."""
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        print(f"{what}: {wall:.1f} s, {cpu:.1f} CPU s", flush=True)


if __name__ == "__main__":
    main()
