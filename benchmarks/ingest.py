"""Ingest of a COCO set: CPU seconds of labels and of images, beside Pillow and json alone.

Usage: python benchmarks/ingest.py FOLDER        (a folder that the product reads as COCO)
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image

import visionlens_jlab as vl


def cpu_seconds() -> float:
    """User and system seconds of this process and its finished children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measured(name: str, work: Callable[[], object]) -> float:
    """Run once; print wall and CPU seconds; return the wall seconds."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    print(f"{name:34s} {wall:7.2f} s wall {cpu:7.2f} s CPU")
    return wall


def hidden(file: Path, folder: Path) -> bool:
    """Whether an ingest would not look there."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def thumbnails(files: list[Path]) -> None:
    """What a plain loop over Pillow costs for the same thumbnails."""
    for file in files:
        with Image.open(file) as image:
            image.draft("RGB", (256, 256))
            image.thumbnail((256, 256))
            image.convert("RGB").save(BytesIO(), "WEBP", quality=75)


def main() -> None:
    """Print the figures for the folder named on the command line."""
    folder = Path(sys.argv[1])
    files = [file for file in sorted(folder.rglob("*.jpg")) if not hidden(file, folder)]
    labels = max(folder.rglob("*.json"), key=lambda file: file.stat().st_size)
    print(f"{len(files)} images, {labels.stat().st_size / 1e6:.1f} MB of labels")
    with tempfile.TemporaryDirectory() as temporary:
        measured("json.load of the label file", lambda: json.loads(labels.read_bytes()))
        measured(
            "vl.ingest(labels_only=True)",
            lambda: vl.ingest(folder, name="labels", data_dir=temporary, labels_only=True),
        )
        wall = measured("Pillow alone, one process", lambda: thumbnails(files))
        print(f"{'':34s} {len(files) / wall:7.0f} thumbnails/s")
        wall = measured(
            "vl.ingest, everything", lambda: vl.ingest(folder, name="all", data_dir=temporary)
        )
        print(f"{'':34s} {len(files) / wall:7.0f} images/s")


if __name__ == "__main__":
    main()
