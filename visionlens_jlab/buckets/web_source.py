"""A place of the web as a source: its files are known by name only."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from visionlens_jlab.buckets.read_ahead import PARALLEL
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.buckets.web import check_path
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.sources import Entry, Part, unlisted


class WebSource(BucketSource):
    """See `Source` and `Unlisted`: listings are empty."""

    def list(self, path: str = "") -> tuple[list[str], list[Entry]]:
        return [], []

    def part(self, path: str, page: str | None) -> Part:
        raise unlisted(self.location)

    def is_dir(self, path: str) -> bool:
        return not path

    def look_up(self, paths: Sequence[str]) -> dict[str, Entry]:
        """Those that are there, in this order.

        What is refused counts as there, with no byte: reading it says why. PERMISSION_DENIED where
        all are.
        """
        denied: dict[str, VisionLensError] = {}

        def entry(path: str) -> Entry | None:
            try:
                self._seen.pop(self._key(path), None)  # as it is now
                return self.stat(path)
            except VisionLensError as error:
                if error.code == "PATH_NOT_ALLOWED":
                    return None
                if error.code != "PERMISSION_DENIED":
                    raise
                denied[path] = error
                return Entry(path, 0)

        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="visionlens-objects") as threads:
            found = dict(zip(paths, threads.map(entry, paths), strict=True))
        there = {path: one for path, one in found.items() if one is not None}
        if denied and len(denied) == len(there):
            raise next(iter(denied.values()))
        return there

    def _key(self, path: str) -> str:
        check_path(path)
        return super()._key(path)
