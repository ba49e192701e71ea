"""Reading and writing a catalog of 100,000 samples and 700,000 annotations.

Usage: python benchmarks/catalog.py [SAMPLES]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from visionlens_jlab.catalog.library import Library
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.models import FacetsRequest, ViewSpec
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

PIECE = 10_000
BOXES = 7
CLASSES = ["car", "person", "bus", "cone"]


def fill(store: DatasetStore, folder: Path, samples: int) -> None:
    """Commit the samples and their boxes in pieces."""
    rng = np.random.default_rng(7)
    for sequence, first in enumerate(range(0, samples, PIECE)):
        count = min(PIECE, samples - first)
        boxes = count * BOXES
        annotations = annotations_table(
            np.repeat(np.arange(first, first + count), BOXES).tolist(),
            **{
                "class": rng.choice(CLASSES, boxes).tolist(),
                "w": rng.uniform(4, 400, boxes).tolist(),
            },
        )
        sample = samples_table(first, count, speed=rng.uniform(0, 90, count).tolist())
        whole = piece(folder / str(sequence), sequence, sample=sample, annotation=annotations)
        store.apply_piece(whole)


def report(name: str, work: Callable[[], object]) -> None:
    """Print the first run and the median of five more, in milliseconds."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name:38s} first {times[0]:7.1f} ms   median {np.median(times[1:]):7.1f} ms")


def main() -> None:
    """Print the figures."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as temporary:
        library = Library(Path(temporary) / "data")
        store = library.create("benchmark")
        start = time.perf_counter()
        fill(store, Path(temporary), samples)
        print(f"{samples} samples, {samples * BOXES} boxes committed, with making the tables:")
        print(f"{time.perf_counter() - start:.1f} s")

        def view() -> object:
            # another bound each time: equal views come from a cache
            low = rng.uniform(100, 200)
            return store.view(ViewSpec(where=f"class = 'car' and w > {low:.6f}"))

        ids = store.view(ViewSpec()).ids
        filtered = ViewSpec(where="class = 'car' and w > 150")
        values = pa.array(rng.uniform(0, 1, samples))
        report("view with an annotation predicate", view)
        report("tiles of 100 samples", lambda: store.tiles(filtered, ids[:100].tolist()))
        report("all facets", lambda: store.facets(FacetsRequest()))
        report("all facets, filtered", lambda: store.facets(FacetsRequest(view=filtered)))
        report("table of all samples", lambda: store.table("samples"))
        report("table of all annotations", lambda: store.table("annotations"))
        report("set_field on all samples", lambda: store.set_field("score", ids, values))
        library.close()


if __name__ == "__main__":
    main()
