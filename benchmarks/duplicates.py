"""Near-duplicates of many thumbnails, every one of them distinct but for planted copies.

Usage: python benchmarks/duplicates.py FOLDER [SAMPLES] [--photographs DIR] [--hashes-only]
       PEER/bin/python benchmarks/fiftyone_peer.py duplicates FOLDER

The first call makes the pictures in FOLDER (all cores, some 10 ms each), later ones use them.
Without photographs the pictures are random shapes on random backgrounds; with a folder of them,
random crops of its photographs (30 to 60% of the sides: of few photographs many crops show the
same, which then counts as not planted). One in a hundred gets a copy by turns recompressed,
resized, cropped (5% of each side) and flipped. FOLDER gets vectors.npy, too: the built-in
embedder's, of the thumbnails. Prints what each stage takes, and recall and precision; the second
command does the same for FiftyOne with these vectors.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import feather

from visionlens_jlab.duplicates.near import NearDuplicates
from visionlens_jlab.duplicates.table import Samples, Thumbnails
from visionlens_jlab.embeddings.models.classical import SIDE, ClassicalEmbedder
from visionlens_jlab.tests.duplicates.gallery import COPIES, jpeg, stored
from visionlens_jlab.tests.duplicates.test_near import scene

KINDS = ("recompressed", "resized", "cropped", "flipped")
COPIED = 100
PART = 1000
"""Pictures made by one process at once."""
STAGES = ("thumbnails", "hashes", "vectors", "places", "pairs", "groups")


def main() -> None:
    """Make what is missing, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("samples", nargs="?", type=int, default=100_000)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--hashes-only", action="store_true")
    options = parser.parse_args()
    if not (options.folder / "planted.json").exists():
        make(options.folder, options.samples, options.photographs)
    measure(options.folder, with_vectors=not options.hashes_only)


def make(folder: Path, count: int, photographs: Path | None) -> None:
    """Packs of thumbnails, samples.arrow, vectors.npy, planted.json."""
    parts = range(0, count, PART)
    with ProcessPoolExecutor() as pool:
        made = list(pool.map(make_part, repeat(folder), parts, repeat(count), repeat(photographs)))
    feather.write_feather(
        pa.concat_tables([table for table, _, _ in made]), folder / "samples.arrow"
    )
    embedder = ClassicalEmbedder()
    raw = np.concatenate([vectors for _, vectors, _ in made])
    vectors = embedder.fit(raw).apply(raw)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.save(folder / "vectors.npy", vectors)
    planted = [pair for _, _, pairs in made for pair in pairs]
    (folder / "planted.json").write_text(json.dumps(planted))


def make_part(
    folder: Path, first: int, count: int, photographs: Path | None
) -> tuple[pa.Table, np.ndarray, list[tuple[int, int, str]]]:
    """Samples, raw vectors, and (original, copy, kind) of what was planted."""
    planted: list[tuple[int, int, str]] = []
    files = list(pictures(first, min(PART, count - first), photographs, planted))
    table = stored(files, folder / "packs", f"{first}.pack", first)
    small = [Image.open(io.BytesIO(file)).convert("RGB").resize((SIDE, SIDE)) for file in files]
    raw = ClassicalEmbedder().pixels(np.stack([np.asarray(image) for image in small]))
    return table, raw, planted


def pictures(
    first: int, count: int, photographs: Path | None, planted: list[tuple[int, int, str]]
) -> Iterator[bytes]:
    """JPEG files numbered from `first`; fills in which are copies."""
    made = originals(first, photographs)
    row = first
    while row < first + count:
        image = next(made)
        yield jpeg(image)
        row += 1
        if row % COPIED == 1 and row < first + count:
            kind = KINDS[row // COPIED % len(KINDS)]
            planted.append((row - 1, row, kind))
            yield COPIES[kind](image)
            row += 1


def originals(first: int, photographs: Path | None) -> Iterator[Image.Image]:
    """Distinct pictures without end."""
    if photographs is None:
        seed = first
        while True:
            yield scene(seed)
            seed += 1
    rng = random.Random(first)
    names = sorted(photographs.rglob("*.jpg"))
    while True:
        with Image.open(io.BytesIO(rng.choice(names).read_bytes())) as opened:
            image = opened.convert("RGB")
        width, height = (round(side * rng.uniform(0.3, 0.6)) for side in image.size)
        left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
        yield image.crop((left, top, left + width, top + height))


def measure(folder: Path, *, with_vectors: bool) -> None:
    """Look for duplicates, compare with what was planted."""
    samples = Samples.of(feather.read_table(folder / "samples.arrow"))
    thumbnails = Thumbnails(folder / "packs", samples)
    vectors = None
    if with_vectors:
        rows = np.load(folder / "vectors.npy", mmap_mode="r")
        vectors = (np.arange(len(rows)), rows)
    until: dict[str, tuple[float, float]] = {}

    def watch(stage: str, done: int, total: int | None) -> None:
        until[stage] = (time.monotonic(), time.process_time())

    (folder / "scratch").mkdir(exist_ok=True)
    before = (time.monotonic(), time.process_time())
    near = NearDuplicates(samples, thumbnails, folder / "scratch", watch)
    groups = near.find(vectors)
    print(f"VisionLens: {len(samples):,} samples, {os.cpu_count()} cores, hashes"
          + (f" and vectors of {vectors[1].shape[1]}" if vectors else " only"))  # fmt: skip
    print(f"| {'stage':12} | wall s | CPU s |\n| {'-' * 12} | ------ | ----- |")
    started = before
    for stage in [stage for stage in STAGES if stage in until]:
        wall, cpu = (b - a for a, b in zip(before, until[stage], strict=True))
        print(f"| {stage:12} | {wall:6.1f} | {cpu:5.1f} |")
        before = until[stage]
    wall, cpu = time.monotonic() - started[0], time.process_time() - started[1]
    print(f"| {'all':12} | {wall:6.1f} | {cpu:5.1f} |")
    print(f"{near.compared:,} pairs were laid over each other")
    found = {(a.row, b.row) for group in groups for a in group for b in group if a.row < b.row}
    planted = [
        (one, two, kind) for one, two, kind in json.loads((folder / "planted.json").read_text())
    ]
    for kind in KINDS:
        wanted = {(one, two) for one, two, of in planted if of == kind}
        print(f"{kind}: {len(found & wanted)} of {len(wanted)}")
    wrong = len(found - {(one, two) for one, two, _ in planted})
    print(f"{len(found):,} pairs, {wrong} of them not planted")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
