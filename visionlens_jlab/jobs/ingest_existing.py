"""The samples that an incremental ingest adds to."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pyarrow as pa

from visionlens_jlab.formats.base import Issue


class Known(NamedTuple):
    """A sample of the dataset; `unfinished`: a cancelled ingest never got to its pixels."""

    sample_id: int
    bytes: int | None
    unfinished: bool


class Existing:
    """Samples the dataset had before, by root and path.

    Parameters
    ----------
    table : pa.Table or None
        Columns sample_id, root, path, bytes; unfinished (default: none is) and location (of the
        root) where they are known.
    """

    def __init__(self, table: pa.Table | None = None) -> None:
        self._samples: dict[tuple[str, str], list[Known]] = {}
        self._met: Counter[tuple[str, str]] = Counter()
        self._locations: dict[str, str] = {}
        if table is None:
            return
        listed = [name for name in table.column_names if name in _COLUMNS]
        for row in table.select(listed).to_pylist():
            sample = Known(row["sample_id"], row["bytes"], bool(row.get("unfinished")))
            self._samples.setdefault((row["root"], row["path"]), []).append(sample)
        if "location" in table.column_names:
            places = table.select(["root", "location"]).group_by(["root", "location"]).aggregate([])
            self._locations = {
                row["root"]: row["location"]
                for row in places.to_pylist()
                if row["location"] is not None
            }

    def root_name(self, wanted: str, location: str) -> str:
        """The name of the root at a location: the one it has, else a free one."""
        for name, known in self._locations.items():
            if known == location:
                return name
        name, number = wanted, 1
        while name in self._locations:
            number += 1
            name = f"{wanted}_{number}"
        self._locations[name] = location
        return name

    def meet(self, root: str, path: str) -> Known | None:
        """The sample that the image is already; notes that it is still there.

        Labels may name one file several times, each time another sample: they are met in turn.
        """
        samples = self._samples.get((root, path))
        if samples is None:
            return None
        turn = self._met[root, path]
        self._met[root, path] += 1
        if turn < len(samples):
            return samples[turn]
        # An ingest that was cancelled may not have come to this one.
        return None if samples[-1].unfinished else samples[-1]

    def vanished(self, roots: set[str]) -> list[Issue]:
        """One item for each sample of these roots whose image was not met again."""
        message = "The image was in the dataset and is no longer there; the sample stays."
        return [
            Issue("IMAGE_VANISHED", "kept", "image", path, message)
            for root, path in self._samples
            if root in roots and (root, path) not in self._met
        ]


_COLUMNS = ("sample_id", "root", "path", "bytes", "unfinished")
