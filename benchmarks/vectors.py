"""Building, opening and searching the index of an embedding space.

Usage: python benchmarks/vectors.py [VECTORS] [DIMENSION] [--server URL]

Random unit vectors around 1,000 centres, so that neighbours mean something. Times are wall
milliseconds beside the CPU time of this process; what the vector process takes is in the first
alone. `filter` lets a tenth of the samples through, `half` half of them. Search and first page is
what the server does for a new search: resolving the view, then tiles of its first 60 ids.
A Qdrant server's key is read from $VISIONLENS_QDRANT_API_KEY.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from visionlens_jlab.catalog.library import Library
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.models import EmbeddingSpace, SearchSpec, ViewSpec
from visionlens_jlab.tests.catalog.builders import piece, samples_table
from visionlens_jlab.vectors.config import VectorConfig
from visionlens_jlab.vectors.service import VectorService

QUERIES = 200
PIECE = 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", nargs="?", type=int, default=100_000)
    parser.add_argument("dimension", nargs="?", type=int, default=512)
    parser.add_argument("--server", default="")
    options = parser.parse_args()
    config = VectorConfig(options.server, VectorConfig.from_environment().api_key)
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.vectors, options.dimension, config)


def run(folder: Path, count: int, dimension: int, config: VectorConfig) -> None:
    """All of it, in one folder."""
    library = Library(folder / "home")
    service = VectorService(library, config)
    store = library.create("many")
    fill(store, folder, count, dimension)
    started = time.monotonic()
    most = Peak()
    while not service.wait(0.2):
        most.look()
    say("build (commit to ready)", time.monotonic() - started, "s")
    say("peak memory, builders and vector process", most.children / 2**20, "MiB")
    assert store.space("many").index == "ready", store.space("many").index
    searches(store, count)
    service.close()
    library.close()

    started = time.monotonic()
    library = Library(folder / "home")
    service = VectorService(library, config)
    store = library.open("many")
    service.wait(600)
    say("reopen, with both sides compared", time.monotonic() - started, "s")
    assert store.space("many").index == "ready"
    most.look()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("peak memory of the server's side (with the data it made)", own, "MiB")
    service.close()
    library.close()


def fill(store: DatasetStore, folder: Path, count: int, dimension: int) -> None:
    """Samples in pieces, then their vectors at once."""
    rng = np.random.default_rng(7)
    for sequence, first in enumerate(range(0, count, PIECE)):
        number = min(PIECE, count - first)
        splits = rng.choice(["train", "val"], number, p=[0.9, 0.1]).tolist()
        half = rng.choice(["a", "b"], number).tolist()
        table = samples_table(first, number, split=splits, group=half)
        store.apply_piece(piece(folder, sequence, sample=table))
    centres = rng.normal(size=(1000, dimension)).astype(np.float32)
    matrix = centres[rng.integers(0, 1000, count)]
    matrix += rng.normal(size=matrix.shape).astype(np.float32)
    space = EmbeddingSpace(
        space="many", level="samples", model="m", version="1", dimension=dimension, created_at=""
    )
    started = time.monotonic()
    store.add_vectors(space, np.arange(count), matrix)
    say("add vectors (check, write, commit)", time.monotonic() - started, "s")


def searches(store: DatasetStore, count: int) -> None:
    """Top 50, each time for another sample, so that nothing comes from a cache."""
    likes = np.random.default_rng(1).choice(count, (4, QUERIES), replace=False)
    for name, where, row in (
        ("top 50", None, 0),
        ("top 50, filter", "split = 'val'", 1),
        ("top 50, half", "\"group\" = 'a'", 2),
    ):
        timed(name, likes[row], lambda like, where=where: store.view(_spec(like, where)))

    def first_page(like: int) -> None:
        spec = _spec(like, None)
        store.tiles(spec, store.view(spec).ids[:60])

    timed("top 50 and first page", likes[3], first_page)
    recall = [
        len(
            {*store.view(_spec(like, None)).ids.tolist()}
            & {*store.view(_spec(like, None, k=None)).ids[:50].tolist()}
        )
        for like in likes[3][:20].tolist()
    ]
    say("recall of the top 50", sum(recall) / (50 * len(recall)), "")


def _spec(like: int, where: str | None, k: int | None = 50) -> ViewSpec:
    return ViewSpec(where=where, search=SearchSpec(space="many", like=[int(like)], k=k))


def timed(name: str, likes: np.ndarray, call: Callable[[int], object]) -> None:
    """Median and percentiles of a call."""
    call(int(likes[0]))
    wall, cpu = [], []
    for like in likes[1:].tolist():
        started, used = time.perf_counter(), time.process_time()
        call(like)
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - used))
    p50, p95, p99 = np.percentile(wall, [50, 95, 99])
    print(
        f"{name:48} p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms"
        f"   (CPU here, median {np.median(cpu):.1f} ms)",
        flush=True,
    )


class Peak:
    """The most memory that the processes of an index held together."""

    def __init__(self) -> None:
        self.children = 0

    def look(self) -> None:
        """Resident memory of the children now."""
        held = 0
        for child in psutil.Process().children(recursive=True):
            try:
                held += child.memory_info().rss
            except psutil.Error:
                continue
        self.children = max(self.children, held)


def say(name: str, value: float, unit: str) -> None:
    """One figure."""
    print(f"{name:48} {value:8.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
