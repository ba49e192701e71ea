"""Large images by tiles: first pixels, the whole picture, all tiles, and one tile of them.

Usage: python benchmarks/deep_zoom.py [MEGAPIXELS ...]

A JPEG, a PNG and a TIFF in tiles of each size (default: 100 and 1000) are made first with libvips
and ingested; neither is measured. First pixels: tiles that can be fetched, from the moment that the
image is opened, the start of the process included. Whole picture: as sharp as a screen shows it.
One tile: what the server does for a request, its look into the database included.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyvips
from PIL import Image, ImageFilter

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media import drawing
from visionlens_jlab.media.pyramids.builds import pyramids_in
from visionlens_jlab.media.routes.tiles import _info, _tile

SCREEN = 1024
"""Pixels across that a panel has."""


def make(folder: Path, megapixels: int) -> None:
    """Write the images: blurred noise, which repeats."""
    side = round((megapixels * 1e6) ** 0.5)
    noise = np.random.default_rng(0).integers(0, 255, (1024, 1024, 3), dtype=np.uint8)
    part = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2)).resize((2048, 2048))
    count = -(-side // 2048)
    image = pyvips.Image.new_from_array(np.asarray(part)).replicate(count, count)
    image = image.crop(0, 0, side, side).copy(interpretation="srgb")
    image.jpegsave(str(folder / f"{megapixels:05}.jpg"), Q=90)
    image.pngsave(str(folder / f"{megapixels:05}.png"), compression=1)
    tiled = {"tile": True, "tile_width": 256, "tile_height": 256, "bigtiff": True}
    image.tiffsave(str(folder / f"{megapixels:05}.tif"), compression="jpeg", Q=90, **tiled)


def measure(store: Any, sample: int, name: str, folder: Path) -> None:
    """Open one image as the panel does, and print."""
    pyramids = pyramids_in(folder, 8192)
    drawing.PROCESSES.release_idle()
    begin = time.perf_counter()
    first = whole = cpu = peak = 0.0
    while True:
        info = _info(store, sample, pyramids)
        passed = time.perf_counter() - begin
        right, bottom = info.region[2:]
        if not first and info.levels and (info.coarse < info.levels or right):
            first = passed
        sharp = info.coarse < info.levels and info.width >> info.coarse >= SCREEN
        if not whole and info.levels and (sharp or (right, bottom) == (info.width, info.height)):
            whole = passed
        for pid in drawing.PROCESSES.pids:
            try:
                process = psutil.Process(pid)
                peak = max(peak, process.memory_info().rss)
                cpu = max(cpu, sum(process.cpu_times()[:2]))
            except psutil.Error:
                continue
        if info.ready:
            break
        time.sleep(0.02)
    seconds, (across, down) = [], (-(-info.width // 512), -(-info.height // 512))
    for _ in range(500):
        place = (0, random.randrange(across), random.randrange(down))
        start = time.perf_counter()
        _tile(store, sample, pyramids, place)
        seconds.append(time.perf_counter() - start)
    p50, p95 = (sorted(seconds)[int(share * 500)] * 1e3 for share in (0.5, 0.95))
    print(
        f"{name}: first pixels {first:.1f} s, whole picture {whole:.1f} s, all tiles "
        f"{passed:.1f} s ({cpu:.1f} CPU s), peak {peak / 1e6:.0f} MB, "
        f"a tile p50 {p50:.1f} ms, p95 {p95:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    sizes = [int(size) for size in sys.argv[1:]] or [100, 1000]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "images"
        folder.mkdir()
        for megapixels in sizes:
            make(folder, megapixels)
        library = Library(Path(temporary) / "data")
        run_inline(library, IngestRequest(source=str(folder), name="large"), on_progress=str)
        store = library.open("large")
        with store.snapshot() as snapshot:
            rows = snapshot.reader.rows("SELECT sample_id, filename FROM sample ORDER BY filename")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for sample, name in rows:
            measure(store, sample, name, Path(temporary) / "tiles")
        library.close()


if __name__ == "__main__":
    main()
