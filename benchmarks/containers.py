"""Ingest of the same images as files, in tar archives, TFRecord and Parquet files.

Usage: python benchmarks/containers.py [IMAGES]

CPU seconds of all processes, and the most memory that they had together (sampled every tenth of a
second; pages that processes share count once for each). Then one image in the middle, asked for
by a process that has not seen the file yet.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.registry import writer_of
from visionlens_jlab.formats.writing.writer import Content, Label, Picture, Target
from visionlens_jlab.media.sources import LocalSource

WIDTH, HEIGHT = 640, 480
FORMATS = ("webdataset", "tfrecord", "parquet_images")
INGEST = "import sys, visionlens_jlab as vl; vl.ingest(sys.argv[1], 'x', data_dir=sys.argv[2])"
OPEN = """
import sys, time
from visionlens_jlab.media.sources import LocalSource
source = LocalSource(sys.argv[1])
begin = time.perf_counter()
size = len(source.open(sys.argv[2]).read())
print(f"{1000 * (time.perf_counter() - begin):.0f} ms for the first image,", end=" ")
begin = time.perf_counter()
source.open(sys.argv[2]).read()
print(f"{1000 * (time.perf_counter() - begin):.2f} ms for it again ({size:,} bytes)")
"""


def make_images(folder: Path, count: int) -> None:
    """JPEGs of about 80 kB."""
    folder.mkdir()
    random = np.random.default_rng(7)
    for number in range(count):
        small = random.integers(0, 255, (60, 80, 3), dtype=np.uint8)
        image = Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=90)
        (folder / f"{number:06}.jpg").write_bytes(out.getvalue())


def write(name: str, images: Path, out: Path) -> None:
    """The images as a format holds them."""
    out.mkdir()

    def pictures() -> object:
        for path in sorted(images.iterdir()):
            label = Label("x", "thing", "box", (10.0, 20.0, 30.0, 40.0), 1200.0)
            yield Picture(str(images), path.name, path.name, None, WIDTH, HEIGHT, labels=[label])

    content = Content([ClassEntry("thing")], pictures, {"box"}, [None])  # type: ignore[arg-type]
    content.options = {"shard_megabytes": 4096}
    losses = Losses()
    writer_of(name).write(content, Target(out, "copy", LocalSource, losses), losses)


def measured(source: Path, data: Path) -> str:
    """Ingest in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin, most = time.perf_counter(), 0
    command = [sys.executable, "-c", INGEST, str(source), str(data)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, memory(psutil.Process(process.pid)))
            time.sleep(0.1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = time.perf_counter() - begin
    return f"{wall:6.1f} s wall {cpu:6.1f} s CPU {most / 2**20:6.0f} MB"


def memory(process: psutil.Process) -> int:
    """Of a process and those that it started."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_images(folder / "files", count)
        for name in FORMATS:
            begin = time.process_time()
            write(name, folder / "files", folder / name)
            print(f"{name:16s} written in {time.process_time() - begin:.1f} s CPU", flush=True)
        for name in ("files", *FORMATS):
            print(f"{name:16s} {measured(folder / name, folder / f'data-{name}')}", flush=True)
        inner = {
            "webdataset": f"data-000000.tar/{count // 2:06}.jpg",
            "tfrecord": f"data-00000-of-00001.tfrecord/{count // 2}/{count // 2:06}.jpg",
            "parquet_images": f"data/data-00000-of-00001.parquet/{count // 2}/{count // 2:06}.jpg",
        }
        for name, path in inner.items():
            print(f"{name:16s}", end=" ", flush=True)
            subprocess.run([sys.executable, "-c", OPEN, str(folder / name), path], check=False)


if __name__ == "__main__":
    main()
