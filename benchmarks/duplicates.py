"""Near-duplicates of many thumbnails, every one of them distinct but for planted copies.

Usage: python benchmarks/duplicates.py [SAMPLES] [--photographs DIR] [--vectors DIMENSION]

Without photographs the pictures are random shapes on random backgrounds; with a folder of them,
random crops of its photographs (30 to 60% of the sides, so that hardly two show the same). One in
a hundred gets a copy by turns recompressed, resized, cropped (5% of each side) and flipped. Prints
what each stage takes, and recall and precision. Decoding is part of it, rendering is not.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from visionlens_jlab.duplicates import NearDuplicates
from visionlens_jlab.tests.duplicates.gallery import COPIES, gallery, jpeg
from visionlens_jlab.tests.duplicates.test_near import scene

KINDS = ("recompressed", "resized", "cropped", "flipped")
COPIED = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", nargs="?", type=int, default=100_000)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--vectors", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.samples, options.photographs, options.vectors)


def run(folder: Path, count: int, photographs: Path | None, width: int) -> None:
    """Make the pictures, look for duplicates, compare with what was planted."""
    source: list[int] = []
    kind_of: dict[int, str] = {}
    files = list(pictures(count, photographs, source, kind_of))
    samples, thumbnails = gallery(files, folder / "packs")
    del files
    stages: dict[str, list[float]] = {}

    def watch(stage: str, done: int, total: int | None) -> None:
        now = [time.monotonic(), time.process_time()]
        stages.setdefault(stage, now)
        stages[f"{stage} until"] = now

    vectors = None
    if width:
        rows = np.random.default_rng(0).standard_normal((count, width), dtype=np.float32)
        for row, one in enumerate(source):
            rows[row] += 3 * rows[one] if one != row else 0
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        vectors = (np.arange(count), rows)
    started = [time.monotonic(), time.process_time()]
    (folder / "scratch").mkdir()
    near = NearDuplicates(samples, thumbnails, folder / "scratch", watch)
    groups = near.find(vectors)
    for stage in ("thumbnails", "hashes", "vectors", "places", "pairs", "groups"):
        if stage in stages:
            wall, cpu = (b - a for a, b in zip(started, stages[f"{stage} until"], strict=True))
            print(f"until the end of {stage}: {wall:.1f} s, {cpu:.1f} CPU s")
    print(f"{near.compared:,} pairs were laid over each other")
    found = {(a.row, b.row) for group in groups for a in group for b in group if a.row < b.row}
    for kind in KINDS:
        planted = {(source[row], row) for row, of in kind_of.items() if of == kind}
        print(f"{kind}: {len(found & planted)} of {len(planted)}")
    wrong = sum(source[one] != source[two] for one, two in found)
    print(f"{len(found):,} pairs, {wrong} of them not planted")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def pictures(
    count: int, photographs: Path | None, source: list[int], kind_of: dict[int, str]
) -> Iterator[bytes]:
    """JPEG files; fills in whose copy each is."""
    made = originals(photographs)
    while len(source) < count:
        image = next(made)
        row = len(source)
        source.append(row)
        yield jpeg(image)
        if row % COPIED == 0 and len(source) < count:
            kind = KINDS[row // COPIED % len(KINDS)]
            kind_of[len(source)] = kind
            source.append(row)
            yield COPIES[kind](image)


def originals(photographs: Path | None) -> Iterator[Image.Image]:
    """Distinct pictures without end."""
    if photographs is None:
        seed = 0
        while True:
            yield scene(seed)
            seed += 1
    rng = random.Random(0)
    names = sorted(photographs.rglob("*.jpg"))
    while True:
        with Image.open(io.BytesIO(rng.choice(names).read_bytes())) as opened:
            image = opened.convert("RGB")
        width, height = (round(side * rng.uniform(0.3, 0.6)) for side in image.size)
        left, top = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
        yield image.crop((left, top, left + width, top + height))


if __name__ == "__main__":
    main()
