"""Memory and time of listing a bucket of a million objects: python benchmarks/bucket_listing.py.

The storage is a function that makes pages, so that what is measured is ours.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from visionlens_jlab.buckets.objects import Content, Object, Page
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.formats.request import Request

PAGE = 1000


class Million:
    """Objects `images/00/000000.jpg` ... in pages."""

    def __init__(self, count: int) -> None:
        self.count = count

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        start = int(token or 0)
        end = min(start + PAGE, self.count)
        objects = [
            Object(f"images/{n // 10_000:02}/{n:06}.jpg", 100_000 + n, 1_700_000_000 + n, str(n))
            for n in range(start, end)
        ]
        return Page([], objects, str(end) if end < self.count else None)

    def head(self, key: str) -> Object | None:
        return None

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        return None


def main(count: int) -> None:
    """Print seconds and the memory that came on top."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        cache = ObjectCache(Path(folder), 1 << 20)
        source = BucketSource("gs://bucket", "", Million(count), cache)
        request = Request("gs://bucket", source)
        started = time.perf_counter()
        images = request.own_images()
        seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(images):,} objects in {seconds:.1f} s, {(after - before) / 1024:.0f} MiB more")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
