"""An ingest of a bucket that is killed: the next one goes on, nothing lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.tests.buckets.conftest import coco
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults

COUNT = 300
_INGEST = (
    "import sys, visionlens_jlab as vl\nvl.ingest('gs://photos', name='cars', data_dir=sys.argv[1])"
)
_SELDOM = pytest.mark.soak


@pytest.mark.parametrize(
    "after", [250, *(pytest.param(moment, marks=_SELDOM) for moment in (3, 20, 330, 500))]
)
def test_a_killed_ingest_is_gone_on_with(bucket: Bucket, tmp_path: Path, after: int) -> None:
    for key, data in coco(COUNT).items():
        bucket.put(key, data)
    bucket.page_size = 50
    bucket.fail_as(Faults(latency=0.005))
    process = subprocess.Popen([sys.executable, "-c", _INGEST, str(tmp_path)])
    deadline = time.monotonic() + 120
    while len(bucket.requests) < after and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    asked = len(bucket.requests)
    dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path, incremental=True)
    table = dataset.to_arrow(columns=["path", "content_hash"])
    assert table["path"].to_pylist() == sorted(key for key in bucket.objects if "jpg" in key)
    assert len(set(table["content_hash"].to_pylist())) == COUNT
    assert dataset.view(level="annotations").count() == 2 * COUNT
    assert len(bucket.requests) - asked < 2 * COUNT + 60  # a listing, a header and pixels of each
