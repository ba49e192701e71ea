"""kill -9 at any moment of an ingest of images inside files leaves a dataset that opens."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.formats.containers.shards import (
    detection,
    image_value,
    sample,
    write_parquet,
    write_records,
    write_tar,
)

COUNT = 150
INGEST = "import sys, visionlens_jlab as vl; vl.ingest(sys.argv[1], 'x', data_dir=sys.argv[2])"


def make(folder: Path, kind: str) -> None:
    if kind == "webdataset":
        files = [one for n in range(COUNT) for one in sample(f"{n}", n, cls=n % 3)]
        write_tar(folder / "train-0.tar", files)
    elif kind == "tfrecord":
        boxes = [(0.25, 0.25, 0.5, 0.5)]
        write_records(folder / "a.tfrecord", [detection(n, boxes, ["dog"]) for n in range(COUNT)])
    else:
        write_parquet(
            folder / "a.parquet", [{"image": image_value(n), "label": n % 3} for n in range(COUNT)]
        )


@pytest.mark.parametrize("kind", ["webdataset", "tfrecord", "parquet_images"])
@pytest.mark.parametrize("kills", [1, pytest.param(12, marks=pytest.mark.soak)])
def test_an_ingest_that_was_killed_is_completed(tmp_path: Path, kind: str, kills: int) -> None:
    make(tmp_path / "in", kind)
    data = tmp_path / "data"
    moments = random.Random(f"{kind} {kills}")
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", INGEST, str(tmp_path / "in"), str(data)],
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not (data / "datasets").exists():
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 2))
        process.kill()
        process.wait()
        try:
            vl.open("x", data_dir=data, read_only=True).close()
        except VisionLensError as error:
            assert error.code == "DATASET_NOT_FOUND"  # nothing was committed
    dataset = vl.ingest(tmp_path / "in", "x", data_dir=data, incremental=True)
    hashes = dataset.to_arrow(columns=["content_hash"])["content_hash"].to_pylist()
    assert len(set(hashes)) == len(hashes) == COUNT and None not in hashes
    assert dataset.view(level="annotations").count() == COUNT
    dataset.close()
