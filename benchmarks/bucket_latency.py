"""A dataset in a bucket far away: python benchmarks/bucket_latency.py [objects].

A bucket server of the tests answers each request after 80 ms, once without faults and once with 2%
of the requests failing. Measured are the ingest, the time until the first thumbnails are in the
dataset, embedding and export; requests are counted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import visionlens_jlab as vl
from visionlens_jlab.tests.buckets.conftest import coco
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults, served

LATENCY = 0.08


def timed(bucket: Bucket, what: str, call: Callable[[], object]) -> None:
    """Print what a step took, and what it asked."""
    asked, started = len(bucket.requests), time.perf_counter()
    call()
    seconds = time.perf_counter() - started
    print(f"  {what}: {seconds:.1f} s, {len(bucket.requests) - asked:,} requests")


def first_pack(folder: Path, seconds: list[float]) -> None:
    """Wait for the first thumbnails of a dataset."""
    started = time.perf_counter()
    while not seconds:
        if any(folder.glob("datasets/*/thumbnails/*.pack")):
            seconds.append(time.perf_counter() - started)
        time.sleep(0.01)


def main(count: int) -> None:
    """Measure with and without faults."""
    bucket = Bucket()
    for key, data in coco(count).items():
        bucket.put(key, data)
    with served(bucket) as address:
        os.environ["STORAGE_EMULATOR_HOST"] = address
        for faults in (Faults(LATENCY), Faults(LATENCY, errors=0.01, torn=0.005, resets=0.005)):
            bucket.fail_as(faults)
            print(f"{count:,} objects, {faults.errors + faults.torn + faults.resets:.0%} failing")
            with tempfile.TemporaryDirectory() as name:
                folder, seconds = Path(name), list[float]()
                os.environ["VISIONLENS_OBJECT_FOLDER"] = str(folder / "objects")
                watcher = threading.Thread(target=first_pack, args=(folder / "data", seconds))
                watcher.start()
                made: list[vl.Dataset] = []
                timed(
                    bucket,
                    "ingest",
                    lambda f=folder, m=made: m.append(  # type: ignore[misc]
                        vl.ingest("gs://photos", name="far", data_dir=f / "data")
                    ),
                )
                watcher.join()
                print(f"  first thumbnails after {seconds[0]:.1f} s")
                dataset = made[0]
                assert dataset.count() == count
                timed(bucket, "embed", lambda d=dataset: d.embed("classical"))  # type: ignore[misc]
                timed(
                    bucket,
                    "export with images",
                    lambda d=dataset, f=folder: d.export(f / "out", format="coco", images="copy"),  # type: ignore[misc]
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
