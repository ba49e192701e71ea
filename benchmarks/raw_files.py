"""Camera RAW: ingest with thumbnails and measures, then the light embedder.

Usage: python benchmarks/raw_files.py [FILES]

DNG files of 5,472 x 3,648 pixels, 16 bits with a Bayer pattern and noise, without a preview in them
(the slowest case: each is developed), are made first; making them is not measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.media.cameras import write_dng

WIDTH, HEIGHT = 5472, 3648


def main() -> None:
    """Measure and print."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "images"
        folder.mkdir()
        for index in range(files):
            write_dng(folder / f"{index:03}.dng", WIDTH, HEIGHT, seed=index + 1)
        library = Library(Path(temporary) / "data")
        begin = time.perf_counter()
        run_inline(library, IngestRequest(source=str(folder), name="raw"), on_progress=print_none)
        ingested = time.perf_counter()
        embed = EmbedRequest(dataset="raw", model="classical")
        embedded = run_job(library, embed, on_progress=print_none).result
        end = time.perf_counter()
        print(f"{files} files of {WIDTH * HEIGHT / 1e6:.1f} megapixels: {embedded}")
        print(f"ingest {ingested - begin:.1f} s, embedding {end - ingested:.1f} s")
        library.close()


def print_none(_: object) -> None:
    """Progress is not shown."""


if __name__ == "__main__":
    main()
