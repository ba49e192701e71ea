"""FiftyOne's near-duplicates and UMAP on the vectors of the other benchmarks.

Usage: PYTHON benchmarks/fiftyone_peer.py duplicates FOLDER [--thresholds 0.05 0.1 0.2]
       PYTHON benchmarks/fiftyone_peer.py umap FOLDER VECTORS [--no-seed]

PYTHON is that of an environment of its own: `pip install fiftyone==1.22.1 fiftyone-db==0.4.5
umap-learn`; the database needs OpenSSL 1.1 (Debian's libssl1.1 unpacked anywhere, its folder in
LD_LIBRARY_PATH). FOLDER: see benchmarks/duplicates.py and benchmarks/projections.py. FiftyOne gets
the vectors; it has no pictures and computes none. The CPU time of its database is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["duplicates", "umap"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("vectors", nargs="?", type=int)
    parser.add_argument("--thresholds", nargs="+", type=float, default=[0.05, 0.1, 0.2])
    parser.add_argument("--no-seed", action="store_true")
    options = parser.parse_args()
    os.environ["FIFTYONE_DO_NOT_TRACK"] = "1"
    if options.what == "umap":
        projected(options.folder, options.vectors, None if options.no_seed else 42)
    else:
        duplicates(options.folder, options.thresholds)


def dataset(count: int) -> Any:
    """Samples without pictures."""
    import fiftyone as fo

    fo.config.show_progress_bars = False
    found = fo.Dataset()
    found.add_samples([fo.Sample(filepath=f"/none/{row}.jpg") for row in range(count)])
    return found


def projected(folder: Path, count: int, seed: int | None) -> None:
    """compute_visualization; coordinates.npy, figures as JSON."""
    rows = np.load(folder / "rows.npy")[:count]
    samples = dataset(count)
    try:
        clock = Clock()
        import fiftyone.brain as fob

        found = fob.compute_visualization(
            samples, embeddings=rows, method="umap", metric="cosine", seed=seed, verbose=False
        )
        figures = clock.figures()
        np.save(folder / "coordinates.npy", found.points)
        print(json.dumps(figures | {"mib": peak()}))
    finally:
        samples.delete()


def duplicates(folder: Path, thresholds: list[float]) -> None:
    """compute_near_duplicates at each threshold; recall and precision of what was planted."""
    rows = np.load(folder / "vectors.npy")
    planted = json.loads((folder / "planted.json").read_text())
    original = {copy: (one, kind) for one, copy, kind in planted}
    samples = dataset(len(rows))
    try:
        clock = Clock()
        import fiftyone.brain as fob

        index = fob.compute_similarity(samples, backend="sklearn", embeddings=rows)
        made = clock.figures()
        print(f"FiftyOne: {len(rows):,} vectors of {rows.shape[1]}, {os.cpu_count()} cores; index "
              f"{made['wall']:.1f} s, {made['cpu']:.1f} CPU s")  # fmt: skip
        kinds = sorted({kind for _, _, kind in planted})
        print(f"| threshold | wall s | CPU s | peak MiB | {' | '.join(kinds)} | pairs | wrong |")
        print("| --- " * (6 + len(kinds)) + "|")
        row_of = {one: row for row, one in enumerate(samples.values("id"))}
        for threshold in thresholds:
            clock = Clock()
            fob.compute_near_duplicates(samples, threshold=threshold, similarity_index=index)
            figures = clock.figures()
            pairs = [
                tuple(sorted((row_of[kept], row_of[one])))
                for kept, others in index.neighbors_map.items()
                for one, _ in others
            ]
            right = [pair for pair in pairs if original.get(pair[1], (-1,))[0] == pair[0]]
            recall = dict.fromkeys(kinds, 0)
            for _, copy in right:
                recall[original[copy][1]] += 1
            shares = [
                f"{recall[kind]} of {sum(of == kind for _, _, of in planted)}" for kind in kinds
            ]
            print(f"| {threshold} | {figures['wall']:.1f} | {figures['cpu']:.1f} | {peak():.0f} | "
                  f"{' | '.join(shares)} | {len(pairs)} | {len(pairs) - len(right)} |",
                  flush=True)  # fmt: skip
    finally:
        samples.delete()


def peak() -> float:
    """MiB that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
