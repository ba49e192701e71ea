"""What an ingest is given: the places to read, rows of a table, and the samples that are there."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.request import Request, make_request
from visionlens_jlab.media.headers import Header, upright_size
from visionlens_jlab.media.registry import source_kinds

Digests: TypeAlias = bytes


class Known(NamedTuple):
    """A sample of the dataset; `unfinished`: a cancelled ingest never got to its pixels."""

    sample_id: int
    bytes: int | None
    unfinished: bool = False
    modified_ns: int | None = None
    content_hash: str | None = None
    labels_digest: int | None = None
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    stated_digests: Digests | None = None

    @property
    def header(self) -> Header | None:
        """The file's header as it was read then; None: it was not."""
        if self.width is None or self.height is None or self.orientation is None:
            return None
        stored = upright_size(self.width, self.height, self.orientation)
        return Header(*stored, self.orientation)

    def differs(self, size: int | None, modified_ns: int | None) -> bool:
        """Whether the file may hold something else now; one that is not there does not."""
        if size is None:
            return False
        touched = None not in (modified_ns, self.modified_ns) and modified_ns != self.modified_ns
        return size != self.bytes or touched


class Existing:
    """Samples the dataset had before, by root and path.

    Parameters
    ----------
    table : pa.Table or None
        Columns sample_id, root, path, bytes; the other attributes of `Known` and location (of the
        root) where they are known.
    """

    def __init__(self, table: pa.Table | None = None) -> None:
        self._samples: dict[tuple[str, str], list[Known]] = {}
        self._met: Counter[tuple[str, str]] = Counter()
        self._locations: dict[str, str] = {}
        self.fields: list[str] = []
        """Names, at their source, of the users' fields of samples."""
        if table is None:
            return
        if table.schema.metadata and FIELDS in table.schema.metadata:
            self.fields = json.loads(table.schema.metadata[FIELDS])
        listed = [name for name in table.column_names if name in _COLUMNS]
        for row in table.select(listed).to_pylist():
            place = row.pop("root"), row.pop("path")
            self._samples.setdefault(place, []).append(Known(**row))
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

    @property
    def digests(self) -> dict[int, int]:
        """Sample id -> digest of the labels as imported, where it is known."""
        return {
            one.sample_id: one.labels_digest
            for samples in self._samples.values()
            for one in samples
            if one.labels_digest is not None
        }

    def paths(self, sample_ids: list[int]) -> list[str]:
        """Paths of samples."""
        places = {
            one.sample_id: path for (_, path), samples in self._samples.items() for one in samples
        }
        return [places[sample_id] for sample_id in sample_ids]

    def vanished(self, roots: set[str]) -> list[Issue]:
        """One item for each sample of these roots whose image was not met again."""
        message = "The image was in the dataset and is no longer there; the sample stays."
        return [
            Issue("IMAGE_VANISHED", "kept", "image", path, message)
            for root, path in self._samples
            if root in roots and (root, path) not in self._met
        ]


_COLUMNS = ("root", "path", *Known._fields)
FIELDS = b"fields"
"""Key of the table's metadata: a JSON list of field names."""


TABLE = Path("input/table.arrow")
"""In the spool: the rows of a DataFrame."""
EXISTING = Path("input/existing.arrow")
"""In the spool: the samples an incremental ingest adds to."""


def make_ingest_request(context: JobContext) -> tuple[Request, str | None]:
    """The places to read, and the format named."""
    params = context.params
    rows = context.spool / TABLE
    options = params.get("options") or {}
    if rows.exists() and options.get("within") is not None:
        options = {**options, "within": [*options["within"], str(rows.parent.resolve())]}

    def tick(files: int) -> None:
        context.check_cancelled()
        context.progress("scan", files, None)

    request = make_request(
        str(rows) if rows.exists() else params["source"],
        source_kinds(),
        images=params.get("images"),
        labels=params.get("labels"),
        labels_only=bool(params.get("labels_only")),
        options=options,
        tick=tick,
    )
    request.address = params["source"]
    request.check = context.check_cancelled
    request.is_handed_over = rows.exists()
    return request, "dataframe" if rows.exists() else params.get("format")


def existing_table(context: JobContext) -> pa.Table | None:
    """The samples that an incremental ingest adds to; None: it is none, or there are none."""
    if not context.params.get("incremental"):
        return None
    named = context.params.get("existing")
    if isinstance(named, pa.Table):
        return named
    path = Path(named) if named else context.spool / EXISTING
    if not path.exists():
        return None
    with path.open("rb") as file:
        return pa.ipc.open_stream(file).read_all()
