"""Images and texts a second, of every embedder that can be had here.

Usage: python benchmarks/embedding.py [IMAGES] [--folder F] [--side PIXELS]

An embed job in this process (decoding in processes of its own), of JPEG files rendered for it or
of those in a folder, with an empty cache, then again with the cache into another dataset. Text
models are the checkpoints that the tests make: their time is that of the way, not of a model of
useful size. CPU time is of this process and its children.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.embeddings.models.registry import embedders, make
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.ingestion.shapes import IngestRequest

OFFERED = ("classical", "efficientnet-lite0")
TEXTS = 200


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="?", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="images to take instead of rendered ones")
    parser.add_argument("--side", type=int, default=640, help="longer side of rendered ones")
    options = parser.parse_args()
    available = {info.model for info in embedders() if info.available}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or render(Path(temporary) / "images", options.images, options.side)
        library = Library(Path(temporary) / "data")
        for name in ("first", "second"):
            ingest = IngestRequest(source=str(folder), name=name)
            run_inline(library, ingest, on_progress=lambda _: None)
        print("| model | images/s | CPU ms an image | from the cache, images/s |")
        print("| --- | --- | --- | --- |")
        for model in OFFERED:
            if model in available:
                print(row(library, model), flush=True)
        library.close()
        print("\n| checkpoint | loading, s | one text, ms: median | longest | CPU |")
        print("| --- | --- | --- | --- | --- |")
        for model in checkpoints(Path(temporary)):
            print(text_row(model), flush=True)


def render(folder: Path, count: int, side: int) -> Path:
    """JPEG files of smooth patches with some noise."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    shape = (side * 3 // 4, side, 3)
    noise = rng.integers(-20, 20, shape, np.int16)
    for number in range(count):
        patches = Image.fromarray(rng.integers(0, 255, (9, 12, 3), np.uint8))
        large = np.asarray(patches.resize((side, shape[0])), np.int16)
        pixels = np.clip(large + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:06d}.jpg", quality=88)
    return folder


def row(library: Library, model: str) -> str:
    """One line: with an empty cache, then another dataset of the same images."""
    seconds, cpu, result = timed(lambda: embed(library, "first", model))
    count = result["embedded"]
    again, _, result = timed(lambda: embed(library, "second", model))
    assert result["embedded"] == 0, result
    return f"| `{model}` | {count / seconds:.0f} | {cpu / count * 1000:.1f} | {count / again:.0f} |"


def embed(library: Library, name: str, model: str) -> dict[str, int]:
    """What the job counted."""
    request = EmbedRequest(dataset=name, model=model)
    return run_job(library, request, on_progress=lambda _: None).result


def timed(call: Callable[[], dict[str, int]]) -> tuple[float, float, dict[str, int]]:
    """Wall seconds, CPU seconds and the result of a call."""
    started, before = time.monotonic(), sum(os.times()[:4])
    result = call()
    return time.monotonic() - started, sum(os.times()[:4]) - before, result


def checkpoints(folder: Path) -> list[str]:
    """The tiny models of the tests, where their packages are installed."""
    import importlib.util

    from visionlens_jlab.tests.embedding.checkpoints import make_clip, make_open_clip, make_siglip

    found = []
    if importlib.util.find_spec("open_clip"):
        found.append(f"open_clip:local-dir:{make_open_clip(folder / 'open-clip', 512)}")
    if importlib.util.find_spec("transformers"):
        found.append(f"transformers:{make_clip(folder / 'clip', 512)}")
        found.append(f"transformers:{make_siglip(folder / 'siglip')}")
    return found


def text_row(model: str) -> str:
    """One line: loading, and texts one at a time."""
    started = time.monotonic()
    embedder = make(model, {})
    loading = time.monotonic() - started
    each, busy = [], time.process_time()
    for number in range(TEXTS):
        started = time.monotonic()
        embedder.texts([f"a photo of a red car, number {number}"])
        each.append((time.monotonic() - started) * 1000)
    busy = (time.process_time() - busy) / TEXTS * 1000
    kind, _, name = model.partition(":")
    median = float(np.median(each))
    times = f"{median:.1f} | {max(each):.1f} | {busy:.1f}"
    return f"| {kind}, {Path(name).name} | {loading:.1f} | {times} |"


if __name__ == "__main__":
    main()
